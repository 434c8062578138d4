import { expect, it } from 'vitest';
import { readShellSteps } from './shell-steps.js';

it.each<[string, (string | undefined)[][]]>([
  ['a b', [['a', 'b', undefined]]],
  [`a 'b c' "d \\" e"f`, [['a', 'b c', 'd " ef', undefined]]],
  ['a && b; c\nd', ['a', 'b', 'c', 'd'].map((word) => [word, undefined])],
  ['sudo /usr/sbin/sysctl -w a=b || true', [['sysctl', '-w', 'a=b', undefined]]],
  ['echo a > /b', [['echo', 'a', '/b']]],
  ['echo a | sudo tee /b', [['echo', 'a', '/b']]],
  ['a b > /dev/null', [['a', 'b', undefined]]],
])('reads %j', (command, steps) => {
  expect(readShellSteps(command)?.map(({ words, to }) => [...words, to])).toEqual(steps);
});

it.each([
  ...[
    '',
    ' ',
    'a &',
    'a || b',
    'a | b',
    'a >> b',
    'a < b',
    'a > b c',
    'a >',
    '$a',
    '"$a"',
    '`a`',
    'a*',
    '(a)',
    'a # b',
  ],
  ...["'a", '"a', 'a \\', 'a | tee', 'a {b,c}', '! a', 'cd ~', 'a 2>&1'],
])('leaves %j to a shell', (command) => {
  expect(readShellSteps(command)).toBeUndefined();
});
