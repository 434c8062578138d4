import { dumpJson, dumpYaml, readConfig } from '@haos/cc/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { openHost } from './host.js';
import { endInvalid, isInvalid, printIssues } from './issues.js';

/**
 * `haos config --dump` and `--dump-json`: prints only the merged configuration on standard output,
 * or nothing if it is invalid.
 */
export async function runDump(
  invocation: Invocation<'root' | 'format', 'strict' | 'dump'>,
  context: Context,
): Promise<ExitStatus> {
  const result = await readConfig(openHost(invocation, context));
  await printIssues(result, context);
  if (isInvalid(result.issues, invocation.has('strict'))) return endInvalid(result, { invocation, context });
  context.out(invocation.has('dump') ? await dumpYaml(result.config) : `${dumpJson(result.config)}\n`);
  return EXIT.done;
}
