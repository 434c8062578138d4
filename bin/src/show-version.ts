import type { Context, Invocation } from './command.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { formatJson } from './format-json.js';

/** `haos version`: that of the program, as `haos --version` prints it. */
export async function runVersion(invocation: Invocation<'format'>, context: Context): Promise<ExitStatus> {
  const { version } = context;
  context.out(invocation.text('format') === 'json' ? formatJson({ version }) : `haos ${version}\n`);
  return EXIT.done;
}
