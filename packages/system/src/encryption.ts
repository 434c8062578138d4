import { HaosError, type Host, isHaosError } from '@haos/host';
import type { SystemErrorCode } from './errors.js';
import { type Floor, readFloor } from './floor.js';
import { layout } from './layout.js';

/** The name under which early boot opens the data (os/overlay/rootfs/usr/lib/haos/boot/unlock). */
const NAME = 'haos-data';

/** The token in the header of the volume that names the key slot of the recovery key. */
const TOKEN = 'haos-recovery';

/** That of the key in the TPM: os/overlay/rootfs/usr/lib/haos/boot/tpm.sh. */
const TPM_TOKEN = 'haos-tpm';

/** Deriving a key takes seconds, more on a slow machine. */
const TIMEOUT = 300_000;

/** The encryption of the data of a node. */
export interface EncryptionStatus {
  /** The partition; undefined if its header cannot be read, as without root. */
  device: string | undefined;
  /** `none`: only the passphrase opens the data. `unconfirmed`: it may not have been noted. */
  recoveryKey: 'none' | 'unconfirmed' | 'confirmed' | 'unknown';
  /** Undefined if the TPM is not to open the data. */
  tpm?: {
    /** Whether it has a key for the next start. */
    hasKey: boolean;
    /** Why it did not open the data in this boot; undefined if it did, or if it had no key yet. */
    refusal: string | undefined;
    /** For which versions it opens them; undefined if it has no key. */
    floor?: Floor;
  };
}

/** Reads how the data of this node are encrypted; undefined if they are not. */
export async function readEncryption(host: Host): Promise<EncryptionStatus | undefined> {
  if (host.files.stat(layout.encryption) === undefined) return undefined;
  try {
    const { device, recovery, isSealed } = await readVolume(host);
    const recoveryKey = recovery ? (recovery.confirmed ? 'confirmed' : 'unconfirmed') : 'none';
    if (host.files.stat(layout.tpm) === undefined) return { device, recoveryKey };
    const refusal = host.files.readTextIfExists(layout.tpmRefusal)?.trim();
    const floor = readFloor(host);
    return { device, recoveryKey, tpm: { hasKey: isSealed, refusal, ...(floor && { floor }) } };
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return { device: undefined, recoveryKey: 'unknown' };
  }
}

/**
 * Makes a recovery key, which opens the data like the passphrase, in place of an earlier one.
 * Resolves to the key, which is kept nowhere. Throws HAOS_ENCRYPTION_NONE if the data are not
 * encrypted, HAOS_ENCRYPTION_KEY if the passphrase does not open them.
 */
export async function makeRecoveryKey(host: Host, passphrase: string): Promise<string> {
  const { device, recovery, slots } = await readVolume(host);
  await requireKey(host, device, { key: passphrase });
  const key = randomKey();
  const slot = String(
    Array.from({ length: 32 }, (_, index) => index).find((index) => !slots.includes(`${index}`)),
  );
  // cryptsetup reads two secrets only if one of them is in a file; this one is in memory.
  const file = '/run/haos/recovery-key';
  try {
    host.files.write(file, key, { mode: 0o600, secret: true });
    // A random key needs no slow derivation.
    const args = ['luksAddKey', '--batch-mode', '--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
    const slots = ['--new-key-slot', slot, '--key-file=-'];
    await run(host, [...args, ...slots, device, file], passphrase);
  } finally {
    host.files.remove(file);
  }
  await writeToken(host, device, { slot, confirmed: false });
  if (recovery) {
    await run(host, ['token', 'remove', '--token-id', recovery.token, device]);
    await run(host, ['luksKillSlot', '--batch-mode', device, recovery.slot]);
  }
  return group(key);
}

/**
 * Records that a person has the recovery key: it is typed again. Throws HAOS_ENCRYPTION_NONE if
 * there is none, HAOS_ENCRYPTION_KEY if it is another one.
 */
export async function confirmRecoveryKey(host: Host, typed: string): Promise<void> {
  const { device, recovery } = await readVolume(host);
  if (!recovery)
    throw new HaosError<SystemErrorCode>('HAOS_ENCRYPTION_NONE', 'this node has no recovery key', {
      hint: 'Make one: sudo haos encryption recovery-key.',
    });
  await requireKey(host, device, { key: typed.replace(/[\s-]/g, ''), slot: recovery.slot });
  await writeToken(host, device, { slot: recovery.slot, confirmed: true, token: recovery.token });
}

/** The header of the volume, as far as it is needed here. */
interface Volume {
  device: string;
  /** The numbers of the key slots in use. */
  slots: readonly string[];
  /** Whether the TPM has one of the keys. */
  isSealed: boolean;
  recovery: { token: string; slot: string; confirmed: boolean } | undefined;
}

async function readVolume(host: Host): Promise<Volume> {
  const status = await host.run('cryptsetup', ['status', NAME], { readOnly: true, accept: [0, 4] });
  const device = /^\s*device:\s*(\S+)$/m.exec(status.stdout)?.[1];
  if (device === undefined)
    throw new HaosError<SystemErrorCode>('HAOS_ENCRYPTION_NONE', 'the data of this node are not encrypted', {
      hint: 'Only an installation can encrypt them: docs/encryption.md.',
    });
  const args = ['luksDump', '--dump-json-metadata', device];
  const { stdout } = await host.run('cryptsetup', args, { readOnly: true });
  const { keyslots, tokens } = JSON.parse(stdout) as Header;
  const [token, found] = Object.entries(tokens).find(([, { type }]) => type === TOKEN) ?? [];
  const [slot] = found?.keyslots ?? [];
  const recovery = token !== undefined && slot !== undefined ? { token, slot } : undefined;
  return {
    device,
    slots: Object.keys(keyslots),
    isSealed: Object.values(tokens).some(({ type }) => type === TPM_TOKEN),
    recovery: recovery && { ...recovery, confirmed: found?.confirmed === true },
  };
}

interface Header {
  keyslots: Readonly<Record<string, unknown>>;
  tokens: Readonly<Record<string, { type: string; keyslots: readonly string[]; confirmed?: boolean }>>;
}

async function requireKey(
  host: Host,
  device: string,
  { key, slot }: { key: string; slot?: string },
): Promise<void> {
  const only = slot === undefined ? [] : ['--key-slot', slot];
  const args = ['open', '--test-passphrase', '--type', 'luks2', ...only, '--key-file=-', device];
  const options = { input: key, readOnly: true, accept: [0, 2], timeout: TIMEOUT };
  if ((await host.run('cryptsetup', args, options)).exitCode === 0) return;
  const message = `this is not ${slot === undefined ? 'a passphrase of the data' : 'the recovery key'}`;
  throw new HaosError<SystemErrorCode>('HAOS_ENCRYPTION_KEY', message, { hint: 'Try again.' });
}

async function writeToken(
  host: Host,
  device: string,
  { slot, confirmed, token }: { slot: string; confirmed: boolean; token?: string },
): Promise<void> {
  const replaced = token === undefined ? [] : ['--token-id', token, '--token-replace'];
  const json = JSON.stringify({ type: TOKEN, keyslots: [slot], confirmed });
  await run(host, ['token', 'import', ...replaced, '--json-file=-', device], json);
}

async function run(host: Host, args: readonly string[], input?: string): Promise<void> {
  await host.run('cryptsetup', args, { timeout: TIMEOUT, ...(input !== undefined && { input }) });
}

/** Letters that are on the same keys of most keyboards, each for four bits. */
const LETTERS = 'cbdefghijklnrtuv';

/** Returns 256 random bits in 64 letters. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return [...bytes].map((byte) => `${LETTERS[byte >> 4]}${LETTERS[byte & 15]}`).join('');
}

/** Returns a key in groups of eight letters, for a person. */
function group(key: string): string {
  return key.match(/.{8}/g)?.join('-') ?? key;
}
