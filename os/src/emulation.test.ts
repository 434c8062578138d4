import { expect, it } from 'vitest';
import { machineArchitecture } from './architecture.js';
import { registration, withEmulation } from './emulation.js';

it.each([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
  ['riscv64', undefined],
])('knows %s as %s', (name, architecture) => {
  expect(machineArchitecture(name)).toBe(architecture);
});

it('runs the work as it is for the architecture of this machine', async () => {
  expect(await withEmulation(machineArchitecture() ?? 'amd64', async () => 'done')).toBe('done');
});

it('describes the programs of an architecture by their first bytes', () => {
  // The same as in the package qemu-user-static of Debian, except for its name and program.
  expect(registration('arm64', 'name')).toBe(
    String.raw`:name:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:` +
      String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:` +
      '/usr/bin/qemu-aarch64-static:F',
  );
});
