import { withCalledName } from './arguments.js';
import { haos } from './commands.js';
import { processContext } from './process-context.js';
import { run } from './run.js';

/** The program: what it is called as, and its arguments, are those of the process. */
export async function main(): Promise<void> {
  const [, calledAs = '', ...argv] = process.argv;
  process.exitCode = await run(haos, withCalledName(haos, calledAs, argv), processContext());
}
