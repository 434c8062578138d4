/** The entry point of install.js, a program in one file. */
import { processContext } from '../process-context.js';
import { reportError, run } from '../run.js';
import { installJs } from './command.js';

const context = processContext();
process.once('uncaughtException', (error) => process.exit(reportError(error, installJs.name, context)));
void run(installJs, process.argv.slice(2), context).then((status) => {
  process.exitCode = status;
});
