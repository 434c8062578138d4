import { fstatSync } from 'node:fs';

/** Returns whether a file descriptor is a terminal that shows colours. */
export async function hasColor(fd: number): Promise<boolean> {
  try {
    const stat = fstatSync(fd);
    // Loading node:tty takes longer than everything else; a pipe or a file does not need it.
    if (!stat.isCharacterDevice()) return false;
    const { isatty } = await import('node:tty');
    return showsColor({
      isTerminal: isatty(fd),
      device: stat.rdev,
      platform: process.platform,
      env: process.env,
    });
  } catch {
    return false; // closed
  }
}

export interface Terminal {
  readonly isTerminal: boolean;
  /** Number of the device, as in `fs.Stats.rdev`. */
  readonly device: number;
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Returns whether a terminal shows colours. The kernel sets TERM=linux for init whatever the
 * console is, so on Linux the device decides: virtual consoles and pseudo terminals show colours,
 * `/dev/console` and serial lines are treated as if they did not. Under sudo every terminal is a
 * pseudo terminal; then the TERM that the login on a serial line set decides.
 */
export function showsColor({ isTerminal, device, platform, env }: Terminal): boolean {
  if (!isTerminal || env.NO_COLOR || !env.TERM || PLAIN.test(env.TERM)) return false;
  return platform !== 'linux' || isScreen(device);
}

/** Terminal types without colours, among them those that getty sets on a serial line. */
const PLAIN = /^(dumb|vt\d+)/;

/** The numbers are those of the kernel's Documentation/admin-guide/devices.txt. */
function isScreen(device: number): boolean {
  // As major(3) does for numbers below 4096, as these are.
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  const isVirtualConsole = major === 4 && minor > 0 && minor < 64;
  const isPseudoTerminal = major >= 136 && major <= 143;
  return isVirtualConsole || isPseudoTerminal;
}
