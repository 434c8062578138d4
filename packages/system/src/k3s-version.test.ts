import { HaosError } from '@haos/host';
import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { readK3sVersion } from './k3s-version.js';

const PLACE = '/haos/system/k3s/given';
const PRINTED = 'k3s version v1.36.3+k3s1 (1a2b3c4d)\ngo version go1.26.1\n';

it.each<[string, string | undefined, TestHostOptions, string | undefined]>([
  ['in no slot is unknown', undefined, {}, undefined],
  ['comes from its name', 'v1.36.4+k3s1', {}, 'v1.36.4+k3s1'],
  [
    'comes from the record, although the name has a suffix',
    'v1.36.4+k3s1.g1a2b3c4d',
    { tree: { '/haos/system/k3s/v1.36.4+k3s1.g1a2b3c4d/k3s.json': '{"version":"v1.36.4+k3s1"}' } },
    'v1.36.4+k3s1',
  ],
  [
    'comes from the program if the name does not contain it',
    'given',
    { tree: { [`${PLACE}/k3s`]: '' }, commands: { [`${PLACE}/k3s`]: { stdout: PRINTED } } },
    'v1.36.3+k3s1',
  ],
  [
    'comes from the program if the record is broken',
    'given',
    {
      tree: { [`${PLACE}/k3s`]: '', [`${PLACE}/k3s.json`]: '{' },
      commands: { [`${PLACE}/k3s`]: { stdout: PRINTED } },
    },
    'v1.36.3+k3s1',
  ],
  [
    'is unknown if the program does not run here',
    'given',
    { tree: { [`${PLACE}/k3s`]: '' }, commands: { [`${PLACE}/k3s`]: failing } },
    undefined,
  ],
  [
    'is unknown if the program prints something else',
    'given',
    { tree: { [`${PLACE}/k3s`]: '' }, commands: { [`${PLACE}/k3s`]: { stdout: 'hello\n' } } },
    undefined,
  ],
  ['is unknown without a program', 'given', {}, undefined],
])('the version of a k3s %s', async (_, name, options, expected) => {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());

  expect(await readK3sVersion(host, '/haos/system', name)).toBe(expected);
});

function failing(): never {
  throw new HaosError('HAOS_COMMAND_FAILED', 'not of this architecture');
}
