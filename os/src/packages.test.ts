import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KERNEL_KINDS } from '@haos/system/internal';
import { expect, it } from 'vitest';
import { ARCHITECTURES } from './architecture.js';
import { readFirmwarePackages, readPackages, readServices, readTrimmed } from './packages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = (path: string) => join(root, path);

it.each(ARCHITECTURES)('names each package of %s once', (architecture) => {
  const names = readPackages(source, architecture);

  expect(new Set(names).size).toBe(names.length);
});

it.each(KERNEL_KINDS)('names each package of firmware for the kernel %s once', (kernel) => {
  for (const architecture of ARCHITECTURES) {
    const names = readFirmwarePackages(source, kernel, architecture);
    expect(new Set(names).size).toBe(names.length);
  }
});

it('adds microcode only for architectures with such processors', () => {
  expect(readFirmwarePackages(source, 'generic', 'amd64')).toContain('intel-microcode');
  expect(readFirmwarePackages(source, 'generic', 'arm64')).not.toContain('intel-microcode');
});

it('starts only services that exist', () => {
  const present = readdirSync(join(root, 'os/overlay/rootfs/etc/init.d'));

  expect(present).toEqual(expect.arrayContaining(Object.values(readServices(source)).flat()));
});

it('trims only below /usr', () => {
  expect(readTrimmed(source).filter((path) => !path.startsWith('usr/'))).toEqual([]);
});
