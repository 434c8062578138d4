import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { K3S_SERVICE } from './rootfs.js';

const CC = new URL('../../../packages/cc/src/appliers/k3s/k3s-service.ts', import.meta.url);

const readDepend = (text: string) => /^depend\(\) \{\n[^}]*\}$/m.exec(text)?.[0];

describe('the service of k3s in the precomputed dependencies', () => {
  it('has the dependencies of the one that the configuration writes', () => {
    expect(readDepend(K3S_SERVICE)).toBeDefined();
    expect(readDepend(K3S_SERVICE)).toBe(readDepend(readFileSync(CC, 'utf8')));
  });
});
