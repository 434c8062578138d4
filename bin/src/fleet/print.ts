import { dump } from 'js-yaml';
import type { Context } from '../command.js';
import { usageError } from '../failure.js';
import { formatJson } from '../format-json.js';

/** Prints a result for people, or as JSON or YAML. */
export function print(
  invocation: { text(name: 'output'): string | undefined },
  context: Context,
  { value, text }: { value: object; text: string },
): void {
  const format = invocation.text('output');
  context.out(format === 'json' ? formatJson(value) : format === 'yaml' ? dump(value) : text);
}

/** Returns the only operands of a command: exactly as many as it has names. */
export function requireOperands(operands: readonly string[], names: readonly string[]): string[] {
  if (operands.length !== names.length) throw usageError(`this needs ${names.join(' and ')}`);
  return [...operands];
}
