import assert from 'node:assert/strict';
import { formatConfig, formatText, hasErrors, validate } from '@haos/cc';

/** The text of a configuration, as bytes. A valid one is the same after it was written and read. */
export function fuzz(data: Uint8Array): void {
  const { config, issues, texts } = validate({ content: data });
  formatText(issues, texts);
  if (hasErrors(issues)) return;
  const text = formatConfig(config);
  const again = validate(text);
  assert.deepEqual(
    again.issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  assert.equal(formatConfig(again.config), text);
}
