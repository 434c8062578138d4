import { type Explanation, explain, type Origin, schema } from '@haos/cc';
import { readConfig } from '@haos/cc/internal';
import type { Context, Invocation } from '../command.js';
import { didYouMean } from '../did-you-mean.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { createPaint, type Paint } from '../paint.js';
import { openHost } from './host.js';
import { isInvalid, printIssues } from './issues.js';

/** `haos config explain`: prints values, where they come from and what they override. */
export async function runExplain(
  invocation: Invocation<'root' | 'format'>,
  context: Context,
): Promise<ExitStatus> {
  const [key, ...more] = invocation.operands;
  if (more.length > 0) throw usageError('explain takes only one key');
  const result = await readConfig(openHost(invocation, context));
  const explanations = explain(result, key);
  if (!explanations)
    throw usageError(`${JSON.stringify(key)} is not a key`, didYouMean(key!, keysOf(schema())));
  const isJson = invocation.text('format') === 'json';
  if (isJson) context.out(`${JSON.stringify({ explanations, issues: result.issues }, null, 2)}\n`);
  else context.out(formatExplanations(explanations, createPaint(await context.hasColor('out'))));
  if (!isJson && explanations.length === 0)
    context.err(`${key ?? 'nothing'} is ${key ? 'not ' : ''}configured\n`);
  await printIssues(result, context);
  return isInvalid(result.issues, false) ? EXIT.invalid : EXIT.done;
}

/** Returns every documented key, such as `haos.install.device`. */
function keysOf(section: object, prefix = ''): string[] {
  const { properties = {} } = section as { properties?: Record<string, object> };
  return Object.entries(properties).flatMap(([name, inside]) => [
    prefix + name,
    ...keysOf(inside, `${prefix}${name}.`),
  ]);
}

/** Formats explanations for people, one paragraph per value. */
function formatExplanations(explanations: readonly Explanation[], paint: Paint): string {
  return explanations.map((explanation) => formatExplanation(explanation, paint)).join('\n');
}

function formatExplanation({ key, value, origin, overrode, rule }: Explanation, paint: Paint): string {
  const lines = [
    `${paint('bold', key)}: ${value === undefined ? '(cleared)' : shown(value)}`,
    ...(origin ? [`  ${value === undefined ? 'cleared by' : 'from'} ${placeOf(origin)}`] : []),
    ...overrode.map(({ origin: place, value: lost }) => `  overrides ${shown(lost)} from ${placeOf(place)}`),
    ...(rule ? [`  because ${rule}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function shown(value: unknown): string {
  return JSON.stringify(value);
}

function placeOf({ file, line, column, source }: Origin): string {
  return `${file}:${line}:${column} (${source})`;
}
