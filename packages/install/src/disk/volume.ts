import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { DATA_LABEL } from '@haos/system/internal';

/** Milliseconds. */
const TIMEOUT = 600_000;

/** The name of the open volume during an installation; no other program uses it. */
const NAME = 'haos-install';
const OPEN = `/dev/mapper/${NAME}`;

/** Returns whether a device is the volume that an installation opened. */
export function isVolume(path: string): boolean {
  return path === OPEN;
}

export interface Volume {
  /** The partition. */
  partition: string;
  passphrase: string;
}

/**
 * Makes a LUKS2 volume in a partition. The cipher is what early boot accepts
 * (os/overlay/rootfs/usr/lib/haos/boot/volume.sh). Argon2id uses 128 MiB instead of half of the
 * memory of this machine, so that a smaller one opens the disk, too.
 */
export async function makeVolume(host: Host, { partition, passphrase }: Volume): Promise<void> {
  const args = [
    ...['--batch-mode', '--type', 'luks2', '--cipher', 'aes-xts-plain64', '--key-size', '512'],
    ...['--pbkdf', 'argon2id', '--pbkdf-memory', '131072', '--label', DATA_LABEL, '--key-file=-'],
  ];
  await host.run('cryptsetup', ['luksFormat', ...args, partition], { input: passphrase, timeout: TIMEOUT });
}

/** Opens a volume until the clean-up; resolves to the path of the device. */
export async function openVolume(
  host: Host,
  cleanUp: CleanUp,
  { partition, passphrase }: Volume,
): Promise<string> {
  const args = ['open', '--type', 'luks2', '--key-file=-', partition, NAME];
  await host.run('cryptsetup', args, { input: passphrase, timeout: TIMEOUT });
  cleanUp.always(() => closeVolume(host));
  return OPEN;
}

/** Closes the volume, also that of a killed installation. It is not an error if it is not open. */
export async function closeVolume(host: Host): Promise<void> {
  if (host.files.stat(OPEN) !== undefined)
    await host.run('cryptsetup', ['close', NAME], { timeout: TIMEOUT });
}

/** Returns whether a passphrase opens a volume. Changes nothing. */
export async function opens(host: Host, { partition, passphrase }: Volume): Promise<boolean> {
  const args = ['open', '--test-passphrase', '--type', 'luks2', '--key-file=-', partition];
  const options = { input: passphrase, timeout: TIMEOUT, readOnly: true, accept: [0, 2] };
  return (await host.run('cryptsetup', args, options)).exitCode === 0;
}

/** Returns the UUID in the header of a volume. */
export async function readVolumeUuid(host: Host, partition: string): Promise<string> {
  return (await host.run('cryptsetup', ['luksUUID', partition], { readOnly: true })).stdout.trim();
}
