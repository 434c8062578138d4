import { createTestHost } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { confirmRecoveryKey, makeRecoveryKey, readEncryption } from './encryption.js';

const PASSPHRASE = 'correct horse battery staple';

interface Token {
  type: string;
  keyslots: string[];
  confirmed?: boolean;
}

/** A machine with a volume in memory: it knows which slot each key opens. */
function nodeWith(tokens: Record<string, Token> = {}, keys: Record<string, string> = { 0: PASSPHRASE }) {
  const header = { keyslots: keys, tokens };
  const host = createTestHost({
    tree: { '/haos/system/encryption': '2 9b1f\n', '/run/haos/mode': 'disk\n' },
    commands: {
      cryptsetup: ({ args, options: { input } }) => {
        const [command = '', verb = ''] = args;
        const option = (name: string) => args[args.indexOf(name) + 1] ?? '';
        const text = input === undefined ? '' : Buffer.from(input).toString();
        if (command === 'status')
          return { stdout: '/dev/mapper/haos-data is active.\n  device:  /dev/vda2\n' };
        if (command === 'luksDump') return { stdout: JSON.stringify(header) };
        if (command === 'open') {
          const slots = args.includes('--key-slot') ? [option('--key-slot')] : Object.keys(keys);
          return { exitCode: slots.some((slot) => keys[slot] === text) ? 0 : 2 };
        }
        if (command === 'luksAddKey') keys[option('--new-key-slot')] = host.files.readText(args.at(-1) ?? '');
        if (command === 'luksKillSlot') delete keys[args.at(-1) ?? ''];
        if (verb === 'remove') delete tokens[option('--token-id')];
        if (verb === 'import') {
          const number = args.includes('--token-id') ? option('--token-id') : `${Object.keys(tokens).length}`;
          tokens[number] = JSON.parse(text) as Token;
        }
        return {};
      },
    },
  });
  onTestFinished(() => host.dispose());
  return { host, keys, tokens };
}

it('is undefined on a node that is not encrypted', async () => {
  const host = createTestHost();
  onTestFinished(() => host.dispose());

  expect(await readEncryption(host)).toBeUndefined();
});

it.each([
  ['opened the data', '', {}, { hasKey: true, refusal: undefined }],
  ['has no key yet', undefined, {}, { hasKey: false, refusal: undefined }],
  [
    'opens them from a floor on',
    '',
    { '/run/haos/tpm-floor': '1 2\n' },
    { hasKey: true, refusal: undefined, floor: { current: 1, next: 2 } },
  ],
  ['did not open them', '', { '/run/haos/tpm-refusal': 'a reason\n' }, { hasKey: true, refusal: 'a reason' }],
])('says that the TPM %s', async (_title, key, tree, tpm) => {
  const { host } = nodeWith(key === undefined ? {} : { 0: { type: 'haos-tpm', keyslots: ['31'] } });
  expect(await readEncryption(host)).not.toHaveProperty('tpm');
  for (const [path, text] of Object.entries({ '/haos/private/tpm': '', ...tree }))
    host.files.write(path, text);

  expect(await readEncryption(host)).toEqual({ device: '/dev/vda2', recoveryKey: 'none', tpm });
});

it('makes a recovery key that opens the data, and is confirmed when it is typed', async () => {
  const { host, keys } = nodeWith();
  expect(await readEncryption(host)).toEqual({ device: '/dev/vda2', recoveryKey: 'none' });

  const key = await makeRecoveryKey(host, PASSPHRASE);
  expect(key).toMatch(/^([cbdefghijklnrtuv]{8}-){7}[cbdefghijklnrtuv]{8}$/);
  expect(Object.values(keys)).toEqual([PASSPHRASE, key.replaceAll('-', '')]);
  expect(await readEncryption(host)).toMatchObject({ recoveryKey: 'unconfirmed' });

  await expect(confirmRecoveryKey(host, PASSPHRASE)).rejects.toMatchObject({ code: 'HAOS_ENCRYPTION_KEY' });
  await confirmRecoveryKey(host, ` ${key.replaceAll('-', ' ')}`);
  expect(await readEncryption(host)).toMatchObject({ recoveryKey: 'confirmed' });
});

it('replaces an earlier recovery key', async () => {
  const { host, keys, tokens } = nodeWith(
    { 0: { type: 'haos-recovery', keyslots: ['1'], confirmed: true } },
    { 0: PASSPHRASE, 1: 'old' },
  );

  const key = await makeRecoveryKey(host, PASSPHRASE);

  expect(keys).toEqual({ 0: PASSPHRASE, 2: key.replaceAll('-', '') });
  expect(Object.values(tokens)).toEqual([{ type: 'haos-recovery', keyslots: ['2'], confirmed: false }]);
});

it('makes none without the passphrase', async () => {
  const { host, keys } = nodeWith();

  await expect(makeRecoveryKey(host, 'another')).rejects.toMatchObject({ code: 'HAOS_ENCRYPTION_KEY' });
  expect(Object.keys(keys)).toEqual(['0']);
});

it('keeps secrets out of arguments and files', async () => {
  const { host } = nodeWith();
  const key = (await makeRecoveryKey(host, PASSPHRASE)).replaceAll('-', '');
  const words = JSON.stringify(host.calls.map(({ args }) => args));

  for (const secret of [PASSPHRASE, key]) {
    expect(words).not.toContain(secret);
    expect(JSON.stringify(host.operations)).not.toContain(secret);
  }
  expect(host.files.stat('/run/haos/recovery-key')).toBeUndefined();
});
