import { type Host, planHost } from '@haos/host';
import { createTestHost, type TestHost, type TestHostOptions } from '@haos/host/testing';
import { layout } from '@haos/system';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchKeys, type KeyOutcome } from './fetch-keys.js';
import { parseKeySource } from './key-source.js';
import { type MergeKeysOptions, mergeKeys } from './merge-keys.js';
import { parsePublicKeys } from './public-key.js';
import { makeKey } from './testing/make-key.js';

const DIRECTORY = '/home/rancher/.ssh';
const PATH = `${DIRECTORY}/authorized_keys`;
const RANCHER_OWNER = { uid: 1000, gid: 1000 };
const [A, B, C] = [makeKey('a'), makeKey('b'), makeKey('c')];

const hosts: TestHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

function createHost(tree: TestHostOptions['tree'] = {}): TestHost {
  const host = createTestHost({ tree: { '/home/rancher': { directory: true }, ...tree } });
  host.files.setAttributes('/home/rancher', { owner: RANCHER_OWNER });
  hosts.push(host);
  return host;
}

/** `github:x` and its answer: lines, or undefined for an outage. */
function answer(source: string, lines: readonly string[] | undefined): KeyOutcome {
  if (lines) return { source, ...parsePublicKeys(lines.join('\n')) };
  return {
    source,
    error: { code: 'HAOS_SSH_FETCH_FAILED' } as Extract<KeyOutcome, { error: unknown }>['error'],
  };
}

function literal(line: string): KeyOutcome {
  return answer(line, [line]);
}

/**
 * Merges outcomes of sources that are all configured, along with others that are not part of this
 * call.
 */
function merge(host: Host, outcomes: readonly KeyOutcome[], more: Partial<MergeKeysOptions> = {}) {
  const configured = outcomes.map(({ source }) => source);
  return mergeKeys(host, 'rancher', { outcomes, configured, ...more });
}

function readKeys(host: Host): string | undefined {
  return host.files.readTextIfExists(PATH);
}

function readLedgerLines(host: Host): string[] {
  const ledger = JSON.parse(host.files.readText(layout.sshLedger));
  const users: { sources: { lines: string[] }[] }[] = ledger.users;
  return users.flatMap(({ sources }) => sources.flatMap(({ lines }) => lines));
}

/** A host on which the nth write operation and all later ones fail, as in a power cut. */
function dieAfter(host: Host, writes: number): Host {
  let left = writes;
  const write: Host['files']['write'] = (...args) => {
    if (left-- <= 0) throw new Error('power cut');
    return host.files.write(...args);
  };
  return { ...host, files: { ...host.files, write } };
}

function untilPowerCut(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as Error).message !== 'power cut') throw error;
  }
}

describe('mergeKeys', () => {
  it('creates directory, file and ledger with the modes that sshd and secrecy require', () => {
    const host = createHost();

    const result = merge(host, [literal(A), answer('github:x', [B])]);

    expect(result).toMatchObject({ changed: true, removed: [], postponed: [], ledger: 'missing' });
    expect(result.added.map(({ source, key }) => [source, key.line])).toEqual([
      [A, A],
      ['github:x', B],
    ]);
    expect(readKeys(host)).toBe(`${A}\n${B}\n`);
    expect(host.files.lstat(DIRECTORY)).toMatchObject({ type: 'directory', mode: 0o700, ...RANCHER_OWNER });
    expect(host.files.lstat(PATH)).toMatchObject({ type: 'file', mode: 0o600, ...RANCHER_OWNER });
    expect(host.files.lstat(layout.sshLedger)).toMatchObject({ mode: 0o600, uid: 0 });
  });

  it('changes nothing the second time', () => {
    const host = createHost({ [PATH]: `# mine\n${C}` });
    const outcomes = [literal(A), answer('github:x', [B, A, C])];
    merge(host, outcomes);
    const operations = host.operations.length;

    const result = merge(host, outcomes);

    expect(result).toMatchObject({ changed: false, added: [], removed: [], ledger: 'read' });
    expect(host.operations).toHaveLength(operations);
  });

  it('writes nothing if there are no keys', () => {
    const host = createHost({ [PATH]: { content: A, mode: 0o644 } });
    const before = host.tree();

    expect(merge(host, [answer('# comment', [])]).changed).toBe(false);
    expect(host.tree()).toEqual(before);
  });

  it('corrects modes that sshd would reject', () => {
    const host = createHost({
      [DIRECTORY]: { directory: true, mode: 0o777 },
      [PATH]: { content: '', mode: 0o666 },
    });

    merge(host, [literal(A)]);

    expect(host.files.lstat(DIRECTORY)?.mode).toBe(0o700);
    expect(host.files.lstat(PATH)).toMatchObject({ mode: 0o600, ...RANCHER_OWNER });
  });

  it('creates a missing home directory', () => {
    const host = createTestHost();
    hosts.push(host);

    merge(host, [literal(A)]);

    expect(host.files.lstat('/home/rancher')).toMatchObject({ mode: 0o700, ...RANCHER_OWNER });
    expect(readKeys(host)).toBe(`${A}\n`);
  });

  it('keeps what a person wrote byte for byte, even if it is not UTF-8', () => {
    const written = Buffer.from(`# caf\u00e9 \r\n\n  ${C}\r\nnonsense\t\nno-pty ${B}`, 'latin1');
    const host = createHost({ [PATH]: written });

    merge(host, [literal(makeKey('a', 'Zoë'))]);
    const merged = Buffer.from(host.files.read(PATH));

    expect(merged).toEqual(Buffer.concat([written, Buffer.from(`\n${makeKey('a', 'Zoë')}\n`)]));
    merge(host, [], { configured: [] });
    expect(Buffer.from(host.files.read(PATH))).toEqual(Buffer.concat([written, Buffer.from('\n')]));
  });

  it('compares keys, not text: a longer line that contains a key is another key', () => {
    const host = createHost({ [PATH]: `# ${A}\n${C} ${A}\n` });

    merge(host, [literal(A)]);

    expect(readKeys(host)).toBe(`# ${A}\n${C} ${A}\n${A}\n`);
  });

  it('adds a key only once if several sources have it', () => {
    const host = createHost();

    merge(host, [literal(A), answer('github:x', [makeKey('a', ''), B]), answer('gitlab:y', [B])]);

    expect(readKeys(host)).toBe(`${A}\n${B}\n`);
  });

  it('does not confuse users whose names start alike', () => {
    const host = createHost({
      '/etc/passwd':
        'rancher2:x:1002:1002::/home/rancher2:/bin/sh\nrancher:x:1000:1000::/home/rancher:/bin/sh\n',
    });

    merge(host, [literal(A)]);

    expect(readKeys(host)).toBe(`${A}\n`);
    expect(host.files.lstat('/home/rancher2')).toBeUndefined();
  });

  it('can be planned without changes', () => {
    const host = createHost({ [PATH]: `${B}\n` });
    const before = host.tree();
    const plan = planHost(host);

    expect(merge(plan, [literal(A)]).changed).toBe(true);
    expect(plan.operations.map(({ kind, status }) => `${status} ${kind}`)).toContain('planned write-file');
    expect(readKeys(plan)).toBe(`${B}\n${A}\n`);
    expect(host.tree()).toEqual(before);
  });
});

describe('removal of keys', () => {
  it('removes the keys of a source that left the configuration', () => {
    const host = createHost({ [PATH]: `${C}\n` });
    merge(host, [literal(A), answer('github:x', [B])]);

    const result = merge(host, [literal(A)]);

    expect(result.removed.map(({ source, key }) => [source, key.line])).toEqual([['github:x', B]]);
    expect(readKeys(host)).toBe(`${C}\n${A}\n`);
    expect(readLedgerLines(host)).toEqual([A]);
  });

  it('removes a key that its source no longer has', () => {
    const host = createHost();
    merge(host, [answer('github:x', [A, B])]);

    merge(host, [answer('github:x', [B])]);

    expect(readKeys(host)).toBe(`${B}\n`);
  });

  it.each([
    ['has an outage', answer('github:x', undefined)],
    ['answers without a key', answer('github:x', [])],
  ])('removes nothing if a source %s', (_, outcome) => {
    const host = createHost();
    merge(host, [answer('github:x', [A, B])]);
    const before = host.tree();

    expect(merge(host, [outcome]).changed).toBe(false);
    expect(host.tree()).toEqual(before);
  });

  it('removes nothing of a source that is configured but not part of the call', () => {
    const host = createHost();
    const configured = [A, 'github:x'];
    merge(host, [literal(A)], { configured });
    merge(host, [answer('github:x', [B])], { configured });
    const before = host.tree();

    merge(host, [literal(A)], { configured });
    merge(host, [answer('github:x', [B])], { configured: [` ${A} `, 'github:x '] });

    expect(host.tree()).toEqual(before);
  });

  it('keeps a key that another source still has', () => {
    const host = createHost();
    merge(host, [literal(A), answer('github:x', [A, B])]);

    merge(host, [answer('github:x', [A, B])]);
    expect(readKeys(host)).toBe(`${A}\n${B}\n`);

    merge(host, [answer('github:x', [B])]);
    expect(readKeys(host)).toBe(`${B}\n`);
  });

  it('keeps a key that a person added before a source had it', () => {
    const host = createHost({ [PATH]: `${A}\nno-pty ${B}\n` });
    merge(host, [answer('github:x', [A, B, C])]);
    expect(readLedgerLines(host)).toEqual([C]);

    merge(host, [], { configured: [] });

    expect(readKeys(host)).toBe(`${A}\nno-pty ${B}\n`);
  });

  it('keeps a line that a person edited or added after HAOS added the key', () => {
    const host = createHost();
    merge(host, [literal(A), literal(B), literal(C)]);
    host.files.write(PATH, `from="10.0.0.1" ${A}\n${B}\nmine ${B}\n${makeKey('b', 'mine')}\n${C}\n${C}\n`);

    merge(host, [], { configured: [] });

    expect(readKeys(host)).toBe(`from="10.0.0.1" ${A}\nmine ${B}\n${makeKey('b', 'mine')}\n${C}\n`);
  });

  it('adds a key again if it was deleted by hand but its source still has it', () => {
    const host = createHost();
    merge(host, [literal(A), literal(B)]);
    host.files.write(PATH, `${B}\n`);

    merge(host, [literal(A), literal(B)]);
    expect(readKeys(host)).toBe(`${B}\n${A}\n`);

    merge(host, [literal(B)]);
    expect(readKeys(host)).toBe(`${B}\n`);
  });

  it('replaces its own line in place when the options of a key change', () => {
    const host = createHost();
    merge(host, [literal(A), literal(B)]);
    host.files.write(PATH, `# first\n${A}\n${B}\n# last\n`);

    merge(host, [literal(`no-pty ${A}`), literal(B)]);

    expect(readKeys(host)).toBe(`# first\nno-pty ${A}\n${B}\n# last\n`);
    expect(readLedgerLines(host)).toEqual([`no-pty ${A}`, B]);
  });

  it('does not alternate between two sources that write one key differently', () => {
    const host = createHost();
    const configured = ['github:x', `no-pty ${A}`];
    const boot = () => {
      merge(host, [literal(`no-pty ${A}`)], { configured });
      merge(host, [answer('github:x', [A])], { configured });
    };
    boot();
    const before = host.tree();
    const operations = host.operations.length;

    boot();

    expect(host.tree()).toEqual(before);
    expect(host.operations).toHaveLength(operations);
  });

  it.each(['', '{', '[]', '{"version":2,"users":[]}', '{"version":1,"users":[{"name":"rancher"}]}'])(
    'removes nothing with the broken ledger %j',
    (ledger) => {
      const host = createHost();
      merge(host, [literal(A), answer('github:x', [B])]);
      host.files.write(layout.sshLedger, ledger);

      const result = merge(host, [answer('github:x', [C])]);

      expect(result).toMatchObject({ removed: [], ledger: 'corrupt' });
      expect(readKeys(host)).toBe(`${A}\n${B}\n${C}\n`);
      expect(readLedgerLines(host)).toEqual([C]);
    },
  );

  it('removes nothing without a ledger', () => {
    const host = createHost();
    merge(host, [literal(A)]);
    host.files.remove(layout.sshLedger);

    expect(merge(host, [], { configured: [] })).toMatchObject({ changed: false, ledger: 'missing' });
    expect(readKeys(host)).toBe(`${A}\n`);
  });

  it('removes nothing if part of the configuration could not be read', () => {
    const host = createHost();
    merge(host, [literal(A), literal(B)]);
    const before = host.tree();

    expect(merge(host, [literal(A)], { incomplete: true }).changed).toBe(false);
    expect(merge(host, [], { incomplete: true }).changed).toBe(false);
    expect(host.tree()).toEqual(before);
    merge(host, [answer('github:x', [C])], { incomplete: true });
    expect(readKeys(host)).toBe(`${A}\n${B}\n${C}\n`);
  });

  it.each(['github:mistyped', 'ssh-rsa AAAA...'])(
    'keeps the last key until %s, which will replace it, has answered',
    (next) => {
      const host = createHost();
      merge(host, [answer('github:x', [A])]);

      expect(merge(host, [answer(next, undefined)])).toMatchObject({
        changed: false,
        postponed: ['github:x'],
      });
      expect(merge(host, [], { configured: [next] })).toMatchObject({
        changed: false,
        postponed: ['github:x'],
      });
      expect(readKeys(host)).toBe(`${A}\n`);

      merge(host, [answer(next, [B])]);
      expect(readKeys(host)).toBe(`${B}\n`);
    },
  );

  it('removes the last key if nothing will replace it', () => {
    const host = createHost();
    merge(host, [answer('github:x', [A])]);

    expect(merge(host, [answer('', [])]).postponed).toEqual([]);
    expect(readKeys(host)).toBe('');
    expect(readLedgerLines(host)).toEqual([]);
  });

  it('does not change the keys of other users', () => {
    const host = createHost({
      '/etc/passwd': 'ada:x:1001:1001::/home/ada:/bin/sh\nrancher:x:1000:1000::/home/rancher:/bin/sh\n',
    });
    mergeKeys(host, 'ada', { outcomes: [literal(A)], configured: [A] });
    merge(host, [literal(B)]);

    merge(host, [], { configured: [] });

    expect(host.files.readText('/home/ada/.ssh/authorized_keys')).toBe(`${A}\n`);
    expect(readLedgerLines(host)).toEqual([A]);
    mergeKeys(host, 'ada', { outcomes: [], configured: [] });
    expect(host.files.readText('/home/ada/.ssh/authorized_keys')).toBe('');
  });
});

describe('a power cut', () => {
  it.each([0, 1, 2, 3])('after %i writes loses track of no key', (writes) => {
    const host = createHost({ [PATH]: `${C}\n` });
    merge(host, [literal(A)]);

    untilPowerCut(() => merge(dieAfter(host, writes), [literal(B)]));
    merge(host, [literal(B)]);
    expect(readKeys(host)).toBe(`${C}\n${B}\n`);

    merge(host, [], { configured: [] });
    expect(readKeys(host)).toBe(`${C}\n`);
  });

  it.each([0, 1, 2, 3])('after %i writes of a change that is reverted leaves nothing behind', (writes) => {
    const host = createHost();
    merge(host, [literal(A)]);
    const before = host.tree();

    untilPowerCut(() => merge(dieAfter(host, writes), [literal(A), answer('github:x', [B])]));
    merge(host, [literal(A)]);

    expect(host.tree()).toEqual(before);
  });
});

describe('a prepared home directory', () => {
  it.each<[string, TestHostOptions['tree']]>([
    ['.ssh is a link', { '/etc/secret/x': '', [DIRECTORY]: { link: '/etc/secret' } }],
    ['.ssh is a dangling link', { [DIRECTORY]: { link: '/nowhere' } }],
    ['.ssh is a file', { [DIRECTORY]: 'x' }],
    ['authorized_keys is a directory', { [PATH]: { directory: true } }],
    ['authorized_keys leads to a file of root', { [PATH]: { link: '/etc/shadow' } }],
    ['authorized_keys leads to a directory', { [PATH]: { link: '/etc' } }],
  ])('is rejected and left unchanged if %s', (_, tree) => {
    const host = createHost(tree);
    const before = host.tree();

    expect(() => merge(host, [literal(A)])).toThrow(
      expect.objectContaining({ code: 'HAOS_SSH_UNSAFE_PATH' }),
    );
    expect(host.tree()).toEqual(before);
  });

  it.each([DIRECTORY, PATH])('is rejected if %s belongs to a third user', (path) => {
    const host = createHost({ [PATH]: `${B}\n` });
    host.files.setAttributes(path, { owner: { uid: 1234, gid: 1234 } });

    expect(() => merge(host, [literal(A)])).toThrow(
      expect.objectContaining({ code: 'HAOS_SSH_UNSAFE_PATH' }),
    );
    expect(readKeys(host)).toBe(`${B}\n`);
  });

  it('gets a file with the same keys instead of a link to a file of the user', () => {
    const host = createHost({
      '/home/rancher/dotfiles/keys': `${B}\n`,
      [PATH]: { link: '../dotfiles/keys' },
    });
    host.files.setAttributes('/home/rancher/dotfiles/keys', { owner: RANCHER_OWNER });

    merge(host, [literal(A)]);

    expect(host.files.lstat(PATH)?.type).toBe('file');
    expect(readKeys(host)).toBe(`${B}\n${A}\n`);
    expect(host.files.readText('/home/rancher/dotfiles/keys')).toBe(`${B}\n`);
  });

  it('gets a file instead of a dangling link', () => {
    const host = createHost({ [PATH]: { link: '/etc/cron.d/keys' } });

    merge(host, [literal(A)]);

    expect(host.files.lstat(PATH)?.type).toBe('file');
    expect(host.files.lstat('/etc/cron.d/keys')).toBeUndefined();
  });

  it.each([
    ['rancher:x:1000:1000:::/bin/sh\n', 'HAOS_SSH_NO_HOME'],
    ['rancher:x:1000:1000::/:/bin/sh\n', 'HAOS_SSH_NO_HOME'],
    ['rancher2:x:1000:1000::/home/rancher:/bin/sh\n', 'HAOS_ACCOUNT_UNKNOWN'],
  ])('is not guessed from %j', (passwd, code) => {
    const host = createHost({ '/etc/passwd': passwd });

    expect(() => merge(host, [literal(A)])).toThrow(expect.objectContaining({ code }));
  });
});

it('merges the result of fetchKeys', async () => {
  const host = createTestHost({ responses: { 'https://github.com/ada.keys': `${A}\n${B}\n` } });
  hosts.push(host);
  const items = ['github:ada', C, 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB...'];

  const outcomes = await fetchKeys(host, items.map(parseKeySource));
  mergeKeys(host, 'rancher', { outcomes, configured: items });

  expect(readKeys(host)).toBe(`${A}\n${B}\n${C}\n`);
});
