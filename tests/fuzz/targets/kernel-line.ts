import assert from 'node:assert/strict';
import { validate } from '@haos/cc';
import { format, parse } from '@haos/cmdline';

/** A kernel command line. What can be written is read back with the same names and values. */
export function fuzz(data: Uint8Array): void {
  const line = new TextDecoder().decode(data);
  validate({ content: line, form: 'cmdline' });
  const { parameters } = parse(line);
  const { text, issues } = format(parameters);
  const left = new Set(issues.map(({ entry }) => entry));
  const written = parameters.filter((_, index) => !left.has(index));
  assert.deepEqual(parse(text).parameters.map(nameAndValue), written.map(nameAndValue));
}

function nameAndValue({ name, value, bare }: { name: string; value: string; bare: boolean }) {
  return { name, value, bare };
}
