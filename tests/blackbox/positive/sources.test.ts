import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { haosOk } from '../haos.js';
import { makeNode, runCase } from '../run-case.js';
import type { Entry, Tree } from '../tree.js';

const LOCAL = '/var/lib/rancher/HAOS';
const GO_LOCAL = '/var/lib/1898andCo/HAOS';

/** All sources in order, lowest first; each sets the host name and its own label. */
const SOURCES: readonly (readonly [path: string, content: string, hostname: string])[] = [
  ['/haos/system/config.yaml', 'hostname: from-system\n', 'from-system'],
  ['/proc/cmdline', 'quiet hostname=from-cmdline\n', 'from-cmdline'],
  [`${LOCAL}/config.yaml`, 'hostname: from-local\n', 'from-local'],
  ['/run/config/local_hostname', 'from-metadata\n', 'from-metadata'],
  ['/run/config/userdata', '#cloud-config\nhostname: from-userdata\n', 'from-userdata'],
  [`${LOCAL}/config.d/10-first`, 'hostname: from-first\n', 'from-first'],
  [`${LOCAL}/config.d/9-second`, 'hostname: from-second\n', 'from-second'],
];

async function dump(tree: Tree): Promise<Record<string, unknown>> {
  const root = await makeNode({ bare: true, tree });
  const { stdout } = await haosOk(['config', '--dump-json', '--root', root]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function hostnameOf(tree: Tree): Promise<unknown> {
  return (await dump(tree)).hostname;
}

describe('the order of the sources', () => {
  it.each(SOURCES.map(([path, , hostname], index) => [path, hostname, index] as const))(
    '%s overrides all before it',
    async (_, hostname, index) => {
      const tree = Object.fromEntries(SOURCES.slice(0, index + 1).map(([path, content]) => [path, content]));

      expect(await hostnameOf(tree)).toBe(hostname);
    },
  );

  it('reaches what is applied', () =>
    runCase({
      name: 'all sources',
      phase: 'boot',
      tree: Object.fromEntries(SOURCES.map(([path, content]) => [path, content])),
      changes: {
        '/etc/hostname': 'from-second\n',
        '/etc/hosts': /from-second/,
        '/etc/connman/main.conf': /AllowHostnameUpdates=false/,
      },
    }));

  it('treats keys of the metadata as keys of the local configuration', async () => {
    const config = await dump({
      [`${LOCAL}/config.yaml`]: 'ssh_authorized_keys: [github:somebody]\n',
      '/run/config/ssh/authorized_keys': '\n# of the cloud\n  github:other  \n',
    });

    expect(config.sshAuthorizedKeys).toEqual(['# of the cloud', 'github:other']);
  });
});

describe('places', () => {
  it('reads the upper case spelling of the documentation', async () => {
    expect(await hostnameOf({ '/HAOS/system/config.yaml': 'hostname: upper\n' })).toBe('upper');
  });

  it('prefers the lower case spelling', async () => {
    const tree = {
      '/HAOS/system/config.yaml': 'hostname: upper\n',
      '/haos/system/config.yaml': 'hostname: lower\n',
    };

    expect(await hostnameOf(tree)).toBe('lower');
  });

  it('reads one file when HAOS is a link to haos, as in the image', async () => {
    const tree = { '/haos/system/config.yaml': 'hostname: once\n', '/HAOS': { link: 'haos' } };

    expect(await hostnameOf(tree)).toBe('once');
  });

  it('falls back to the local directory of the Go implementation, separately for each of the two', async () => {
    const both = {
      [`${GO_LOCAL}/config.yaml`]: 'hostname: go\nhaos: {token: go}\n',
      [`${GO_LOCAL}/config.d/1`]: 'haos: {modules: [go]}\n',
    };

    expect(await dump(both)).toMatchObject({ hostname: 'go', haos: { token: 'go', modules: ['go'] } });
    expect(await dump({ ...both, [`${LOCAL}/config.yaml`]: 'hostname: ours\n' })).toEqual({
      hostname: 'ours',
      haos: { modules: ['go'], install: {} },
    });
    expect(await dump({ ...both, [`${LOCAL}/config.d/1`]: 'haos: {modules: [ours]}\n' })).toMatchObject({
      hostname: 'go',
      haos: { modules: ['ours'] },
    });
  });

  it('orders config.d by bytes, follows links, and leaves out hidden files and directories', async () => {
    const tree = {
      [`${LOCAL}/config.d/10-b`]: 'haos: {modules: [10-b], token: a}\n',
      [`${LOCAL}/config.d/2`]: 'haos: {modules: ["2"], token: b}\n',
      [`${LOCAL}/config.d/B`]: 'haos: {modules: [B]}\n',
      [`${LOCAL}/config.d/a`]: { link: '/elsewhere/a.conf' },
      '/elsewhere/a.conf': 'haos: {modules: [a]}\n',
      [`${LOCAL}/config.d/.z.swp`]: 'haos: {modules: [hidden]}\n',
      [`${LOCAL}/config.d/z`]: { directory: true as const },
      [`${LOCAL}/config.d/dangling`]: { link: '/nowhere' },
    };

    expect(await dump(tree)).toEqual({ haos: { modules: ['a'], token: 'b', install: {} } });
  });
});

const SCRIPT = '#!/usr/bin/env python3\nprint("hello")\n';
const PROGRAM = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe]);
const CONFIG = '#cloud-config\nhostname: packed\n';

describe('user data', () => {
  it.each<[string, Entry, string | Buffer]>([
    ['a script', SCRIPT, SCRIPT],
    ['a compressed script', gzipSync(SCRIPT), SCRIPT],
    ['a script in base64', Buffer.from(SCRIPT).toString('base64'), SCRIPT],
    ['a program', PROGRAM, PROGRAM],
    ['a compressed program', gzipSync(PROGRAM), PROGRAM],
    [
      'a script that is not UTF-8',
      Buffer.from('#!/bin/sh\necho \xe9\n', 'latin1'),
      Buffer.from('#!/bin/sh\necho \xe9\n', 'latin1'),
    ],
  ])('%s is written for root only, and run with its own interpreter', (name, content, expected) =>
    runCase({
      name,
      tree: { '/run/config/userdata': content },
      changes: { '/run/haos/userdata': { content: expected, mode: 0o700, owner: [0, 0] } },
      steps: { 'run-cmd': 'deferred' },
    }),
  );

  it.each<[string, Entry]>([
    ['as it is', CONFIG],
    ['compressed', gzipSync(CONFIG)],
    ['in base64', Buffer.from(CONFIG).toString('base64')],
    ['compressed in base64', gzipSync(CONFIG).toString('base64')],
    ['in UTF-16', Buffer.from(`\ufeff${CONFIG}`, 'utf16le')],
    ['with carriage returns', CONFIG.replaceAll('\n', '\r\n')],
  ])('a configuration is read %s', async (_, content) => {
    expect(await hostnameOf({ '/run/config/userdata': content })).toBe('packed');
  });

  it('a script replaces the files and commands of earlier sources, nothing else', async () => {
    const config = await dump({
      '/haos/system/config.yaml': 'hostname: a\nrun_cmd: [b]\nwrite_files: [{path: /c}]\nhaos: {token: d}\n',
      '/run/config/userdata': SCRIPT,
    });

    expect(config).toEqual({
      hostname: 'a',
      writeFiles: [
        { path: '/run/haos/userdata', content: SCRIPT, owner: 'root', permissions: '0700', encoding: '' },
      ],
      runCmd: ['/run/haos/userdata'],
      haos: { token: 'd', install: {} },
    });
  });
});
