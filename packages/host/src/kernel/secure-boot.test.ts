import { expect, it, onTestFinished } from 'vitest';
import { createTestHost } from '../testing.js';
import { readSecureBoot } from './secure-boot.js';

const VARIABLE = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';

it.each([
  ['on', { [VARIABLE]: '\x06\0\0\0\x01' }, true],
  ['off', { [VARIABLE]: '\x06\0\0\0\0' }, false],
  ['not known on a machine without EFI', {}, undefined],
  ['off if the variable has no value', { [VARIABLE]: '\x06\0\0\0' }, false],
])('Secure Boot is %s', (_title, tree, expected) => {
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());

  expect(readSecureBoot(host)).toBe(expected);
});
