import assert from 'node:assert/strict';
import { formatText, validate } from '@haos/cc';

/**
 * Settings of networks on a seed drive. They never keep a node from the rest of its configuration.
 */
export function fuzz(data: Uint8Array): void {
  for (const form of ['network-config', 'network-data'] as const) {
    const drive = { content: data, form, file: 'drive' };
    const { config, issues, texts } = validate([drive, { content: 'hostname: a' }]);
    formatText(issues, texts);
    assert.equal(config.hostname, 'a');
    assert.ok(Object.keys(config).every((key) => ['hostname', 'haos', 'dnsNameservers'].includes(key)));
  }
}
