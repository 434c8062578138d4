import assert from 'node:assert/strict';
import { migrateConfig } from '@haos/cc/internal';

/** A configuration of k3OS or of the Go HAOS. Migrating the result changes nothing. */
export function fuzz(data: Uint8Array): void {
  const { form, text } = migrateConfig(data);
  assert.equal(migrateConfig(text, { form }).text, text);
}
