import { type FormatEntry, parse } from '@haos/cmdline';
import type { Check } from '@haos/system';

/** How an installed system shows itself. */
export interface Consoles {
  /** `console=` arguments; the last one is where early boot and the login of the kernel's console are. */
  arguments: readonly FormatEntry[];
  /** The serial line for the boot loader's menu; undefined: only the screen. */
  serial: { unit: number; speed: number } | undefined;
}

const DEFAULT_SPEED = 115_200;
/** What the kernel takes where nothing is said: Documentation/admin-guide/serial-console.rst. */
const KERNEL_SPEED = 9_600;
const SCREEN = 'tty1';

/**
 * The consoles of the installed system: the screen and the device `tty`, such as `ttyS0` or `ttyS1,9600`; for `auto` and
 * nothing those of the running kernel, and where it names none the first serial line and the screen.
 */
export function chooseConsoles(tty: string | undefined, commandLine: string): Consoles {
  const running = parse(commandLine)
    .parameters.filter(({ name, value, bare }) => name === 'console' && value && !bare)
    .map(({ value }) => value ?? '');
  const automatic = running.length > 0 ? running : [`ttyS0,${DEFAULT_SPEED}`, SCREEN];
  const named = tty?.replace(/^\/dev\//, '');
  const devices = !named || named === 'auto' ? automatic : [SCREEN, withSpeed(named)].filter(isFirst);
  return {
    arguments: devices.map((value) => ({ name: 'console', value })),
    serial: devices.map(serialOf).findLast((serial) => serial !== undefined),
  };
}

/** A device and its options, as the kernel's Documentation/admin-guide/kernel-parameters.txt has them, such as `uart8250,io,0x3f8,9600`. */
const CONSOLE = /^[A-Za-z][A-Za-z0-9]*(,[A-Za-z0-9]+)*$/;

/** Whether the kernel and the boot loader can be told of the consoles: what they take for none, they take for something else. */
export function checkConsoles(tty: string | undefined, commandLine: string): Check {
  const id = 'console';
  const names = chooseConsoles(tty, commandLine).arguments.map(({ value = '' }) => value);
  const bad = names.find((name) => !CONSOLE.test(name));
  if (bad === undefined) return { id, ok: true, message: `the installed system uses ${names.join(' and ')}` };
  const hint = 'Name a device, such as ttyS0, or ttyS0,9600 with its speed.';
  return { id, ok: false, message: `${JSON.stringify(bad)} is no console`, hint };
}

function isFirst(device: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(device) === index;
}

function withSpeed(device: string): string {
  return /^ttyS\d+$/.test(device) ? `${device},${DEFAULT_SPEED}` : device;
}

function serialOf(device: string): Consoles['serial'] {
  const [, unit, speed] = /^ttyS(\d+)(?:,(\d+))?/.exec(device) ?? [];
  return unit === undefined ? undefined : { unit: Number(unit), speed: Number(speed ?? KERNEL_SPEED) };
}
