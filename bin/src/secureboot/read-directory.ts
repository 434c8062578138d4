import { resolve } from 'node:path';
import type { Invocation } from '../command.js';
import { usageError } from '../failure.js';

/** Returns the absolute path of the directory that a command names. */
export function readDirectory({ operands }: Pick<Invocation, 'operands'>): string {
  const [directory, ...more] = operands;
  if (!directory) throw usageError('the directory of the keys is missing');
  if (more.length > 0) throw usageError(`unexpected argument: ${more[0]}`);
  return resolve(directory);
}
