import { type FormatEntry, parse } from '@haos/cmdline';
import { type Check, failed, passed } from '../check.js';

/** The consoles of an installed system. */
export interface Consoles {
  /** `console=` arguments; early boot and the login of the kernel's console use the last one. */
  arguments: readonly FormatEntry[];
  /** The serial line for the menu of the boot loader; undefined: only the screen. */
  serial: { unit: number; speed: number } | undefined;
}

const DEFAULT_SPEED = 115_200;
/** The kernel's default: Documentation/admin-guide/serial-console.rst. */
const KERNEL_SPEED = 9_600;
const SCREEN = 'tty1';

/**
 * Returns the consoles of the installed system: the screen and the device `tty`, such as `ttyS0` or
 * `ttyS1,9600`. For `auto` and undefined it returns those of the running kernel or, if that names
 * none, the first serial line and the screen.
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

/**
 * Matches a device with its options, as in the kernel's
 * Documentation/admin-guide/kernel-parameters.txt, such as `uart8250,io,0x3f8,9600`.
 */
const CONSOLE = /^[A-Za-z][A-Za-z0-9]*(,[A-Za-z0-9]+)*$/;

/**
 * Checks the names of the consoles, because the kernel and the boot loader misinterpret an invalid
 * one.
 */
export function checkConsoles(tty: string | undefined, commandLine: string): Check {
  const id = 'console';
  const names = chooseConsoles(tty, commandLine).arguments.map(({ value = '' }) => value);
  const bad = names.find((name) => !CONSOLE.test(name));
  if (bad === undefined) return passed(id, `the installed system uses ${names.join(' and ')}`);
  const hint = 'Name a device, such as ttyS0, or ttyS0,9600 with its speed.';
  return failed(id, `${JSON.stringify(bad)} is not a console`, hint);
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
