import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { layout } from '@haos/system';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { sshAuthorizedKeys, sshAuthorizedKeysRemote } from './ssh-authorized-keys.js';

const FILE = '/home/rancher/.ssh/authorized_keys';
const PAGE = 'https://github.com/octocat.keys';
const [MINE, THEIRS, THIRD] = [publicKey(1, 'mine'), publicKey(2, 'theirs'), publicKey(3, 'third')];
const BOTH = { sshAuthorizedKeys: [MINE, 'github:octocat'] };

describe('sshAuthorizedKeys', () => {
  it.each(['boot', 'runtime'] as const)(
    'adds the keys of the configuration in the %s phase without a download',
    async (phase) => {
      const host = hostWith();

      const { first, second } = await runTwice(sshAuthorizedKeys, BOTH, { host, phase });

      expect(first.failures).toEqual([]);
      expect(second.operations).toEqual([]);
      expect(host.files.readText(FILE)).toBe(`${MINE}\n`);
      expect(host.files.stat(FILE)).toMatchObject({ mode: 0o600, uid: 1000, gid: 1000 });
    },
  );

  it('reports an invalid key only by its place, and adds the others', async () => {
    const host = hostWith();
    const config = { sshAuthorizedKeys: ['ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB...', 'github:../x', MINE] };

    const run = await runApplier(sshAuthorizedKeys, config, { host });

    expect(run.failures).toEqual(['HAOS_CC_SSH_KEY', 'HAOS_CC_SSH_KEY']);
    expect(run.messages[0]).toContain('ssh_authorized_keys[0]');
    expect(run.messages[0]).not.toContain('AAAA');
    expect(host.files.readText(FILE)).toBe(`${MINE}\n`);
  });

  it('does nothing without keys and without a record of earlier ones', async () => {
    const host = hostWith({ tree: { [FILE]: { content: THEIRS, mode: 0o644 } } });

    const run = await runApplier(sshAuthorizedKeys, {}, { host });

    expect(run).toMatchObject({ operations: [], failures: [], notes: [] });
  });

  it('removes only its own keys if all were removed from the configuration', async () => {
    const host = hostWith({ tree: { [FILE]: `${THEIRS}\n` } });
    await runApplier(sshAuthorizedKeys, { sshAuthorizedKeys: [MINE, THEIRS] }, { host });

    const { second } = await runTwice(sshAuthorizedKeys, {}, { host });

    expect(host.files.readText(FILE)).toBe(`${THEIRS}\n`);
    expect(second.operations).toEqual([]);
  });

  it('removes nothing if part of the configuration is unreadable', async () => {
    const host = hostWith();
    await runApplier(sshAuthorizedKeys, { sshAuthorizedKeys: [MINE, THEIRS] }, { host });

    await runApplier(sshAuthorizedKeys, { sshAuthorizedKeys: [MINE] }, { host, incomplete: true });

    expect(host.files.readText(FILE)).toBe(`${MINE}\n${THEIRS}\n`);
  });

  it('removes nothing and adds a note if the record is damaged', async () => {
    const host = hostWith();
    await runApplier(sshAuthorizedKeys, { sshAuthorizedKeys: [MINE] }, { host });
    host.files.write(layout.sshLedger, 'damaged');

    const run = await runApplier(sshAuthorizedKeys, {}, { host });

    expect(run.notes).toHaveLength(1);
    expect(host.files.readText(FILE)).toBe(`${MINE}\n`);
  });

  it('plans without writing', async () => {
    const host = hostWith({ kind: 'plan' });
    const before = host.tree();

    const { first, second } = await runTwice(sshAuthorizedKeys, BOTH, { host });

    expect(first.changes.length).toBeGreaterThan(0);
    expect(second.changes).toEqual([]);
    expect(host.tree()).toEqual(before);
  });
});

describe('sshAuthorizedKeysRemote', () => {
  it('adds the keys of a source to the existing ones', async () => {
    const host = hostWith({ responses: { [PAGE]: `${THEIRS}\n` } });
    await runApplier(sshAuthorizedKeys, BOTH, { host });

    const { first, second } = await runTwice(sshAuthorizedKeysRemote, BOTH, { host });

    expect(first.failures).toEqual([]);
    expect(second.changes).toEqual([]);
    expect(host.files.readText(FILE)).toBe(`${MINE}\n${THEIRS}\n`);
  });

  it('is not undone by the step for the keys of the configuration', async () => {
    const host = hostWith({ responses: { [PAGE]: `${THEIRS}\n` } });
    await runApplier(sshAuthorizedKeysRemote, BOTH, { host });
    await runApplier(sshAuthorizedKeys, BOTH, { host });

    const { first } = await runTwice(sshAuthorizedKeys, BOTH, { host });

    expect(first.changes).toEqual([]);
    expect(host.files.readText(FILE)).toContain(THEIRS);
  });

  it('removes a key if its source answers with another key instead', async () => {
    const answers = [THEIRS, THIRD];
    const host = hostWith({ responses: { [PAGE]: () => answers.shift() ?? '' } });

    await runTwice(sshAuthorizedKeysRemote, { sshAuthorizedKeys: ['github:octocat'] }, { host });

    expect(host.files.readText(FILE)).toBe(`${THIRD}\n`);
  });

  it.each([
    ['does not answer', { status: 503 }, 'HAOS_SSH_FETCH_FAILED'],
    ['answers with nothing', '', 'HAOS_SSH_NO_KEY'],
    ['answers with a page of a portal', '<html>log in</html>', 'HAOS_SSH_NO_KEY'],
  ])('keeps the keys of a source that %s', async (_, answer, code) => {
    const answers = [THEIRS, answer];
    const host = hostWith({ responses: { [PAGE]: () => answers.shift() ?? '' } });

    const { second } = await runTwice(sshAuthorizedKeysRemote, BOTH, { host });

    expect(second.failures).toEqual([code]);
    expect(host.files.readText(FILE)).toBe(`${THEIRS}\n`);
  });

  it('does nothing without such a source', async () => {
    const host = hostWith();

    const run = await runApplier(sshAuthorizedKeysRemote, { sshAuthorizedKeys: [MINE] }, { host });

    expect(run).toMatchObject({ operations: [], failures: [], notes: [] });
  });

  it('downloads nothing on a plan host, and notes what it would download', async () => {
    const host = hostWith({ kind: 'plan' });

    const run = await runApplier(sshAuthorizedKeysRemote, BOTH, { host });

    expect(run).toMatchObject({ operations: [], failures: [], notes: [expect.any(String)] });
  });
});

/** Returns a well-formed key; a different `seed` gives a different key. */
function publicKey(seed: number, comment: string): string {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.alloc(32, seed))]);
  return `ssh-ed25519 ${blob.toString('base64')} ${comment}`;
}

function hostWith(options: TestHostOptions = {}) {
  const tree = { '/home/rancher': { directory: true }, ...options.tree };
  const host = createTestHost({ ...options, tree });
  // A home directory belongs to its user.
  if (options.kind !== 'plan') host.files.setAttributes('/home/rancher', { owner: { uid: 1000, gid: 1000 } });
  onTestFinished(() => host.dispose());
  return host;
}
