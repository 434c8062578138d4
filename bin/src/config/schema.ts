import { schema } from '@haos/cc';
import type { Context } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';

/** `haos config schema`: prints the JSON Schema for editors. */
export async function runSchema(_invocation: unknown, context: Context): Promise<ExitStatus> {
  context.out(`${JSON.stringify(schema(), null, 2)}\n`);
  return EXIT.done;
}
