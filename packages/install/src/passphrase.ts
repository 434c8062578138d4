import { type Host, isHaosError } from '@haos/host';
import type { Check } from '@haos/system';
import { failed, passed } from '@haos/system/internal';
import { opens } from './disk/volume.js';
import type { EncryptOptions, Installation, TargetOptions } from './options.js';

/** A passphrase must resist a search on machines that have the disk. */
const SHORTEST = 12;
const LONGEST = 512;

/**
 * Returns what is wrong with a new passphrase, without repeating it; undefined: nothing. The
 * console asks for it with the keyboard layout of the kernel, before the configuration can choose
 * another.
 */
export function checkPassphrase(passphrase: string): string | undefined {
  if (passphrase.length < SHORTEST) return `it must have at least ${SHORTEST} characters`;
  if (passphrase.length > LONGEST) return `it must have at most ${LONGEST} characters`;
  return /^[ -~]*$/.test(passphrase)
    ? undefined
    : 'it must have only characters of ASCII that can be typed on the console';
}

/** Whether the data are, or will be, encrypted, and with which passphrase. */
export interface Encryption {
  check: Check;
  passphrase?: string;
}

/**
 * Finds the passphrase that an installation needs, and checks it. Undefined if the data are not
 * encrypted. `data`: the partition of an existing layout with encrypted data.
 */
export async function findEncryption(
  host: Host,
  { format = true, encrypt, data }: TargetOptions & { data?: string | undefined },
): Promise<Encryption | undefined> {
  if (!encrypt && !data) return undefined;
  const id = 'encryption';
  if (!format && !data) {
    const hint = 'Install with formatting, or without encryption.';
    return { check: failed(id, 'an existing layout cannot be encrypted', hint) };
  }
  const { passphrase, problem } = readPassphrase(host, encrypt);
  const hint = 'Name a file with --passphrase-file, or haos.install.passphrase_file.';
  if (problem !== undefined) return { check: failed(id, problem, hint) };
  if (passphrase === undefined)
    return { check: failed(id, 'no passphrase for the encrypted data is known', hint) };
  if (data !== undefined) {
    const check = (await opens(host, { partition: data, passphrase }))
      ? passed(id, `the passphrase opens the data on ${data}`)
      : failed(id, `the passphrase does not open the data on ${data}`, 'Correct the file.');
    return { check, passphrase };
  }
  const wrong = checkPassphrase(passphrase);
  if (wrong !== undefined)
    return { check: failed(id, `the passphrase is refused: ${wrong}`, 'Choose another.') };
  return { check: passed(id, 'the data will be encrypted with the passphrase'), passphrase };
}

/** Checks that the TPM of this machine can open the data, if it is to. */
export function checkTpm({ files }: Host, { target, boot }: Installation): Check | undefined {
  if (target?.encrypt?.tpm !== true) return undefined;
  const id = 'tpm';
  if (boot?.bootImage === undefined) {
    const hint =
      'Name a boot image with --boot-image (docs/encryption.md), or encrypt with a passphrase only.';
    return failed(id, 'the TPM opens the data only for a boot image with keys of your own', hint);
  }
  if (files.readTextIfExists('/sys/class/tpm/tpm0/tpm_version_major')?.trim() === '2')
    return passed(id, 'this machine has a TPM 2.0');
  const hint = 'Turn it on in the set-up of the firmware, or encrypt with a passphrase only.';
  return failed(id, 'this machine shows no TPM 2.0', hint);
}

function readPassphrase(
  { files }: Host,
  { passphrase, passphraseFile }: EncryptOptions = {},
): { passphrase?: string; problem?: string } {
  if (passphraseFile === undefined) return passphrase === undefined ? {} : { passphrase };
  const stat = files.stat(passphraseFile);
  if (stat?.type !== 'file') return { problem: `${passphraseFile} is not a file` };
  if ((stat.mode & 0o077) !== 0)
    return { problem: `other users may read or write ${passphraseFile}: use chmod 600` };
  try {
    // An editor ends the last line.
    return { passphrase: files.readText(passphraseFile).replace(/\r?\n$/, '') };
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return { problem: `${passphraseFile} cannot be read` };
  }
}
