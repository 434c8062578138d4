import { expect, it, onTestFinished } from 'vitest';
import { createTestHost } from '../testing.js';
import { readSecureBoot, readSetupMode } from './secure-boot.js';

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

it('the setup mode is a variable of its own', () => {
  const host = createTestHost({ tree: { [VARIABLE.replace('SecureBoot', 'SetupMode')]: '\x06\0\0\0\x01' } });
  onTestFinished(() => host.dispose());

  expect([readSetupMode(host), readSecureBoot(host)]).toEqual([true, undefined]);
});
