import { readFileSync } from 'node:fs';
import { createTestHost } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Ssh } from '../../generated/types.js';
import { runApplier, runTwice } from '../testing.js';
import { renderSshAccess, sshAccess, sshAccessRule } from './ssh-access.js';

const PATH = '/etc/ssh/sshd_config.d/50-haos.conf';
const RESTART = 'rc-service --nodeps --ifexists --ifstarted sshd restart';
const SHIPPED = new URL(`../../../../../os/overlay/rootfs${PATH}`, import.meta.url);

function hostWith(tree = {}) {
  const host = createTestHost({ tree, commands: { [RESTART]: {} } });
  onTestFinished(() => host.dispose());
  return host;
}

describe('haos.ssh', () => {
  it('is the file of the image where nothing is configured', () => {
    expect(readFileSync(SHIPPED, 'utf8')).toBe(renderSshAccess({}));
    expect(renderSshAccess({})).toMatch(/^AllowUsers rancher$/m);
    expect(renderSshAccess({})).not.toMatch(/Password|Methods/);
  });

  it('leaves sshd_config without a second AllowUsers, which would add to it', () => {
    const shipped = readFileSync(new URL('../sshd_config', SHIPPED), 'utf8');

    expect(shipped).not.toMatch(/^AllowUsers/m);
  });

  it('lets in by password whom it names, and restarts sshd once', async () => {
    const host = hostWith({ [PATH]: renderSshAccess({}) });
    const ssh = { passwordAuthentication: true, allowUsers: ['rancher', 'ops@10.1.0.0/24'] };

    const { first, second } = await runTwice(sshAccess, { haos: { ssh } }, { host });

    expect(first.failures).toEqual([]);
    expect(host.files.readText(PATH)).toMatch(
      /\nAllowUsers rancher ops@10\.1\.0\.0\/24\nAuthenticationMethods any\nPasswordAuthentication yes\n$/,
    );
    expect(host.files.stat(PATH)?.mode).toBe(0o644);
    expect(second.operations).toEqual([]);
    expect(host.calls).toHaveLength(1);
  });

  it('does not restart sshd in the boot phase, in which it does not run', async () => {
    const host = hostWith();

    await runApplier(sshAccess, { haos: { ssh: { allowUsers: ['ops'] } } }, { host, phase: 'boot' });

    expect(host.files.readText(PATH)).toContain('AllowUsers ops\n');
    expect(host.calls).toEqual([]);
  });

  it('becomes what it was when it leaves the configuration', async () => {
    const host = hostWith();
    await runApplier(sshAccess, { haos: { ssh: { passwordAuthentication: true } } }, { host });

    const { second } = await runTwice(sshAccess, {}, { host });

    expect(host.files.readText(PATH)).toBe(renderSshAccess({}));
    expect(second.operations).toEqual([]);
  });

  it.each<[string, object]>([
    ['there is none', {}],
    ["it is another one's", { [PATH]: 'AllowUsers a\n' }],
  ])('makes no file where nothing is configured and %s', async (_, tree) => {
    expect((await runApplier(sshAccess, {}, { host: hostWith(tree) })).operations).toEqual([]);
  });

  it('leaves a file of write_files alone', async () => {
    const config = { writeFiles: [{ path: PATH }], haos: { ssh: { allowUsers: ['a'] } } };

    expect((await runApplier(sshAccess, config, { host: hostWith() })).operations).toEqual([]);
  });

  it.each<[string, Ssh]>([
    ['an empty list', { allowUsers: [] }],
    ['two users in one item', { allowUsers: ['a b'] }],
    ['a second setting', { allowUsers: ['a\nPermitRootLogin yes'] }],
    ['an empty user', { allowUsers: ['a', ''] }],
    ['a comment', { allowUsers: ['#a'] }],
  ])('refuses %s, and changes nothing', async (_, ssh) => {
    const host = hostWith({ [PATH]: renderSshAccess({}) });

    const run = await runApplier(sshAccess, { haos: { ssh } }, { host });

    expect(run).toMatchObject({ failures: ['HAOS_CC_SSH_USER'], operations: [] });
    expect(sshAccessRule({ haos: { ssh } })).not.toEqual([]);
  });

  it('warns of root, who cannot log in', () => {
    expect(sshAccessRule({ haos: { ssh: { allowUsers: ['root'] } } })).toMatchObject([
      { code: 'no-effect', severity: 'warning', pointer: '/haos/ssh/allowUsers/0' },
    ]);
  });
});
