import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HaosRun, haos } from '../haos.js';
import { changesOf, makeNode, reportOf, runCase } from '../run-case.js';
import { type Answer, startServer } from '../server.js';
import { makeKey } from '../ssh-keys.js';
import { writeTree } from '../tree.js';

const KEYS = '/home/rancher/.ssh/authorized_keys';
const MINE = `# mine\n${makeKey('a person')}\n`;

/** Starts a node that has a user's key and gets others from a server. */
async function startNode(answers: Readonly<Record<string, Answer>>) {
  const server = await startServer(answers);
  const root = await makeNode({
    tree: {
      '/home/rancher/.ssh': { directory: true, mode: 0o700, owner: [1000, 1000] },
      [KEYS]: { content: MINE, mode: 0o600, owner: [1000, 1000] },
    },
    config: configOf(server.url, '/keys'),
  });
  return {
    server,
    run: () => haos(['config', '--format', 'json', '--root', root]),
    configure: (config: string) => writeTree(root, { '/haos/system/config.yaml': config }),
    keys: () => readFileSync(join(root, KEYS), 'utf8'),
  };
}

function configOf(url: string, ...paths: string[]): string {
  return `ssh_authorized_keys:\n${paths.map((path) => `- ${url}${path}\n`).join('')}`;
}

function codesOf(run: HaosRun): string[] {
  return reportOf(run).steps.flatMap(({ failures }) => failures.map(({ code }) => code));
}

describe('keys of a server', () => {
  it('are added to those of a user, and a second run changes nothing', async () => {
    const node = await startNode({ '/keys': `${makeKey('one')}\n${makeKey('two')}\n` });

    expect((await node.run()).status).toBe(0);
    expect(node.keys()).toBe(`${MINE}${makeKey('one')}\n${makeKey('two')}\n`);
    const again = await node.run();
    expect(again.status).toBe(0);
    expect(changesOf(reportOf(again))).toEqual([]);
  });

  it.each<[string, Answer, string]>([
    ['an HTML page', { status: 200, body: '<html><body>Sign in</body></html>' }, 'HAOS_SSH_NO_KEY'],
    ['nothing', { status: 200, body: '' }, 'HAOS_SSH_NO_KEY'],
    ['no content', { status: 204 }, 'HAOS_SSH_NO_KEY'],
    ['a failure', { status: 500 }, 'HAOS_SSH_FETCH_FAILED'],
    ['not found', { status: 404 }, 'HAOS_SSH_FETCH_FAILED'],
    ['half a key', { status: 200, body: makeKey('one').slice(0, 50) }, 'HAOS_SSH_NO_KEY'],
    ['a private key', { status: 200, body: '-----BEGIN OPENSSH PRIVATE KEY-----\n' }, 'HAOS_SSH_NO_KEY'],
  ])('stay when it answers with %s', async (_, answer, code) => {
    const node = await startNode({ '/keys': makeKey('one') });
    await node.run();
    node.server.answers.set('/keys', answer);

    const run = await node.run();

    expect(run.status).toBe(4);
    expect(codesOf(run)).toEqual([code]);
    expect(changesOf(reportOf(run))).toEqual([]);
    expect(node.keys()).toBe(`${MINE}${makeKey('one')}\n`);
  });

  it('stay if the server does not answer', async () => {
    const node = await startNode({ '/keys': makeKey('one') });
    await node.run();
    // Nothing listens on port 1, which is reserved for tcpmux.
    node.configure(`${configOf(node.server.url, '/keys')}- http://127.0.0.1:1/keys\n`);

    const run = await node.run();

    expect(codesOf(run)).toEqual(['HAOS_SSH_FETCH_FAILED']);
    expect(node.keys()).toBe(`${MINE}${makeKey('one')}\n`);
  });

  it('are replaced if it answers with another key', async () => {
    const node = await startNode({ '/keys': makeKey('one') });
    await node.run();
    node.server.answers.set('/keys', makeKey('two'));

    expect((await node.run()).status).toBe(0);
    expect(node.keys()).toBe(`${MINE}${makeKey('two')}\n`);
  });

  it('are removed when their source is removed from the configuration', async () => {
    const node = await startNode({ '/keys': makeKey('one'), '/other': makeKey('two') });
    node.configure(configOf(node.server.url, '/keys', '/other'));
    await node.run();
    node.configure(configOf(node.server.url, '/other'));

    expect((await node.run()).status).toBe(0);
    expect(node.keys()).toBe(`${MINE}${makeKey('two')}\n`);
    node.configure('hostname: without-keys\n');
    expect((await node.run()).status).toBe(0);
    expect(node.keys()).toBe(MINE);
  });

  it('stay when the configuration cannot be read as a whole', async () => {
    const node = await startNode({ '/keys': makeKey('one') });
    await node.run();
    node.configure('ssh_authorized_keys: [\n');

    expect((await node.run()).status).toBe(4);
    expect(node.keys()).toBe(`${MINE}${makeKey('one')}\n`);
  });

  it("do not claim a user's key that they also contain", async () => {
    const node = await startNode({ '/keys': makeKey('a person') });

    expect((await node.run()).status).toBe(0);
    node.configure('hostname: without-keys\n');
    expect((await node.run()).status).toBe(0);
    expect(node.keys()).toBe(MINE);
  });
});

describe('keys of the configuration', () => {
  it('are written before the network is up', () =>
    runCase({
      name: 'literal keys',
      phase: 'boot',
      config: `ssh_authorized_keys: ["${makeKey('one')}", github:somebody]\n`,
      changes: {
        '/home/rancher/.ssh': { directory: true, mode: 0o700, owner: [1000, 1000] },
        [KEYS]: { content: `${makeKey('one')}\n`, mode: 0o600, owner: [1000, 1000] },
        '/var/lib/rancher/HAOS/ssh/authorized-keys.json': { mode: 0o600, owner: [0, 0] },
      },
    }));

  it('stay if their file is a link, and the other accounts get theirs', () =>
    runCase({
      name: 'a linked directory',
      phase: 'boot',
      tree: { '/home/rancher/.ssh': { link: '/etc' } },
      config: `hostname: a\nssh_authorized_keys: ["${makeKey('one')}"]\n`,
      changes: { '/etc/hostname': 'a\n', '/etc/hosts': /a$/m, '/etc/connman/main.conf': /AllowHost/ },
      status: 4,
      plan: [10, 4],
      failures: ['HAOS_SSH_UNSAFE_PATH'],
    }));
});
