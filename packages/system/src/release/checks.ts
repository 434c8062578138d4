import { isHaosError } from '@haos/host';
import { megabytes } from '@haos/host/internal';
import type { Architecture } from '../architecture.js';
import type { Check } from '../check.js';

/**
 * Returns the failed check for an error. `hint`: the next step if the error names none. Rethrows an
 * error of another kind, and one that `signal` caused.
 */
export function checkOfError(
  error: unknown,
  { id, hint, signal }: { id: Check['id']; hint: string; signal?: AbortSignal | undefined },
): Check {
  if (!isHaosError(error) || signal?.aborted) throw error;
  return { id, ok: false, message: error.message, hint: error.hint ?? hint };
}

/** Checks whether `needed` bytes fit into `room` bytes. */
export function checkSpace({ room, needed, hint }: { room: number; needed: number; hint: string }): Check {
  const ok = room >= needed;
  const message = `${megabytes(room)} MB are free, ${megabytes(needed)} MB are needed`;
  return { id: 'space', ok, message, ...(!ok && { hint }) };
}

/**
 * Checks whether an image is for a machine. `undefined`: the files do not show the architecture.
 */
export function checkArchitecture({
  image,
  machine,
}: {
  image: Architecture | undefined;
  machine: Architecture | undefined;
}): Check {
  const ok = image === undefined || machine === undefined || image === machine;
  return {
    id: 'architecture',
    ok,
    message: ok
      ? `the architecture is ${machine ?? image ?? 'unknown'}`
      : `the image is for ${image}, this machine is ${machine}`,
    ...(!ok && { hint: `Use the image for ${machine}: haos-${machine}.iso.` }),
  };
}
