export interface Terminal {
  readonly isTerminal: boolean;
  /** Number of the device, as in `fs.Stats.rdev`. */
  readonly device: number;
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether to colour what is written there. The kernel gives init TERM=linux whatever the console is, so on Linux the device
 * decides: virtual consoles and pseudo terminals can, `/dev/console` and serial lines are taken for ones that cannot. Behind sudo
 * everything is a pseudo terminal; then it is the type that the login on a serial line gave it.
 */
export function showsColor({ isTerminal, device, platform, env }: Terminal): boolean {
  if (!isTerminal || env.NO_COLOR || !env.TERM || PLAIN.test(env.TERM)) return false;
  return platform !== 'linux' || isScreen(device);
}

/** What getty calls a serial line, among others. */
const PLAIN = /^(dumb|vt\d+)/;

/** By the numbers of the kernel's Documentation/admin-guide/devices.txt. */
function isScreen(device: number): boolean {
  // As in major(3) for numbers below 4096, which these are.
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  const isVirtualConsole = major === 4 && minor > 0 && minor < 64;
  const isPseudoTerminal = major >= 136 && major <= 143;
  return isVirtualConsole || isPseudoTerminal;
}
