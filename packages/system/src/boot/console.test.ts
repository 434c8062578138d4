import { expect, it } from 'vitest';
import { checkConsoles, chooseConsoles } from './console.js';

it.each([
  ['a serial line', 'ttyS1', '', ['tty1', 'ttyS1,115200'], { unit: 1, speed: 115_200 }],
  ['a serial line with its speed', '/dev/ttyS0,9600', '', ['tty1', 'ttyS0,9600'], { unit: 0, speed: 9600 }],
  ['the screen', 'tty1', 'console=ttyS0', ['tty1'], undefined],
  ['another device', 'hvc0', '', ['tty1', 'hvc0'], undefined],
  [
    'those in use',
    'auto',
    'quiet console=tty0 console=ttyS1,57600n8 x',
    ['tty0', 'ttyS1,57600n8'],
    { unit: 1, speed: 57_600 },
  ],
  ['those in use by default', undefined, 'console=tty0', ['tty0'], undefined],
  ['both if none is in use', undefined, 'quiet', ['ttyS0,115200', 'tty1'], { unit: 0, speed: 115_200 }],
])('chooses %s', (_title, tty, commandLine, values, serial) => {
  const consoles = chooseConsoles(tty, commandLine);

  expect(consoles.arguments).toEqual(values.map((value) => ({ name: 'console', value })));
  expect(consoles.serial).toEqual(serial);
});

it.each([
  ['ttyS0', true],
  ['/dev/ttyS1,9600n8', true],
  ['uart8250,io,0x3f8,115200n8', true],
  ['auto', true],
  ['serial/by-id/x', false],
  ['ttyS0 quiet', false],
  ["tty'S0", false],
])('accepts %j as a console: %s', (tty, ok) => {
  expect(checkConsoles(tty, '')).toMatchObject({ id: 'console', ok });
});

it('refuses consoles in use whose names it cannot pass on', () => {
  expect(checkConsoles('auto', '"console=tty S0"')).toMatchObject({ ok: false });
});
