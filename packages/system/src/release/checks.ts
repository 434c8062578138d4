import { isHaosError } from '@haos/host';
import { megabytes } from '@haos/host/internal';
import type { Architecture } from '../architecture.js';
import { type Check, checked, failed, passed } from '../check.js';

/**
 * Returns the failed check for an error. `hint`: the next step if the error names none. Rethrows an
 * error of another kind, and one that `signal` caused.
 */
export function checkOfError(
  error: unknown,
  { id, hint, signal }: { id: Check['id']; hint: string; signal?: AbortSignal | undefined },
): Check {
  if (!isHaosError(error) || signal?.aborted) throw error;
  return failed(id, error.message, error.hint ?? hint);
}

/** Checks whether `needed` bytes fit into `room` bytes. */
export function checkSpace({ room, needed, hint }: { room: number; needed: number; hint: string }): Check {
  const message = `${megabytes(room)} MB are free, ${megabytes(needed)} MB are needed`;
  return checked('space', room >= needed, message, hint);
}

/**
 * Checks whether an image is for a machine. `undefined`: the files do not show the architecture.
 */
export function checkArchitecture({
  image,
  machine,
}: Record<'image' | 'machine', Architecture | undefined>): Check {
  const id = 'architecture';
  if (image === undefined || machine === undefined || image === machine)
    return passed(id, `the architecture is ${machine ?? image ?? 'unknown'}`);
  const message = `the image is for ${image}, this machine is ${machine}`;
  return failed(id, message, `Use the image for ${machine}: haos-${machine}.iso.`);
}
