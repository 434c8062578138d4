import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { addArguments } from './menu.js';

const MENU = readFileSync(
  fileURLToPath(new URL('../overlay/iso/boot/grub/grub.cfg', import.meta.url)),
  'utf8',
);
const linesOf = (menu: string) => menu.split('\n').filter((line) => /^\s*linux /.test(line));

it('boots the entry of the mode, and adds the other arguments to every entry', () => {
  const menu = addArguments(MENU, 'haos.mode=install haos.install.silent=true haos.install.device=/dev/vda');

  expect(menu).toContain('\nset default=install\n');
  const lines = linesOf(menu);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines)
    expect(line).toMatch(/ haos\.install\.silent=true haos\.install\.device=\/dev\/vda$/);
  expect(menu.match(/haos\.mode=install/g)).toHaveLength(1);
});

it('quotes for GRUB, whose script expands words', () => {
  expect(linesOf(addArguments(MENU, 'haos.sysctl[kernel.printk]="4 4 1 7" a=$&'))[0]).toMatch(
    / 'haos\.sysctl\[kernel\.printk\]=4 4 1 7' 'a=\$&'$/,
  );
});

it('changes nothing without arguments, and passes on a mode without an entry', () => {
  expect(addArguments(MENU, '')).toBe(MENU);
  expect(linesOf(addArguments(MENU, 'haos.mode=other'))[0]).toMatch(/ haos\.mode=other$/);
});

it('refuses what GRUB cannot pass on', () => {
  expect(() => addArguments(MENU, "a=it's")).toThrow(
    expect.objectContaining({ code: 'HAOS_INSTALL_ARGUMENT' }),
  );
});
