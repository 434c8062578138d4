import { type FormatEntry, parse } from '@haos/cmdline';

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
