import { wantsJson, withCalledName } from './arguments.js';
import { haos } from './commands.js';
import { processContext } from './process-context.js';
import { reportError } from './report-error.js';
import { run } from './run.js';

/** Runs the program with the name and the arguments of this process. */
export async function main(): Promise<void> {
  const [, calledAs = '', ...argv] = process.argv;
  const context = processContext();
  process.once('uncaughtException', (error) =>
    process.exit(reportError(error, { called: haos.name, context, isJson: wantsJson(argv) })),
  );
  process.exitCode = await run(haos, withCalledName(haos, calledAs, argv), context);
}
