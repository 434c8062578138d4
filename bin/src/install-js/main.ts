/** The entry point of install.js, a program in one file. */
import { wantsJson } from '../arguments.js';
import { processContext } from '../process-context.js';
import { reportError } from '../report-error.js';
import { run } from '../run.js';
import { installJs } from './command.js';

const context = processContext();
const argv = process.argv.slice(2);
process.once('uncaughtException', (error) =>
  process.exit(reportError(error, { called: installJs.name, context, isJson: wantsJson(argv) })),
);
void run(installJs, argv, context).then((status) => {
  process.exitCode = status;
});
