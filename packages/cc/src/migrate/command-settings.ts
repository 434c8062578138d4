import { keyboards } from '../appliers/keyboard/keyboards.js';
import { readMountSettings } from './mount-settings.js';
import type { Setting } from './setting.js';
import { readShellSteps, type ShellStep } from './shell-steps.js';

const ZONE_FILE = /^\/usr\/share\/zoneinfo\/(?:posix\/)?(.+)$/;
const ZONE = /^[A-Za-z][A-Za-z0-9+_-]*(?:\/[A-Za-z0-9+_-]+)*$/;

/**
 * The settings that a command makes and nothing else; undefined where it does more, or does it in
 * another way.
 */
export function readCommandSettings(command: string): Setting[] | undefined {
  const steps = readShellSteps(command);
  if (!steps) return undefined;
  const settings: Setting[] = [];
  const preparations: ShellStep[] = [];
  for (const step of steps) {
    const read = readStep(step);
    if (read) settings.push(...read);
    else if (isPreparation(step)) preparations.push(step);
    else return undefined;
  }
  const isNeeded = preparations.every((step) => prepares(step, settings));
  return settings.length > 0 && isNeeded ? settings : undefined;
}

/** What only makes way for a setting: `rm` of the link that `ln` puts anew, or a mount point. */
function isPreparation({ words, to }: ShellStep): boolean {
  return to === undefined && ['rm', 'mkdir'].includes(words[0] ?? '');
}

function prepares({ words }: ShellStep, settings: readonly Setting[]): boolean {
  const [program, ...args] = words;
  const operands = args.filter((arg) => !arg.startsWith('-'));
  const isOf = (path: string) =>
    program === 'rm'
      ? path === '/etc/localtime' && settings.some(({ key }) => key === 'timezone')
      : settings.some((setting) => setting.key === 'mounts' && setting.name === path);
  return operands.length > 0 && operands.every(isOf);
}

function readStep({ words, to }: ShellStep): Setting[] | undefined {
  const [program, ...args] = words;
  const operands = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-'));
  if (program === 'echo') return readEcho(operands, options, to);
  if (to !== undefined) return undefined;
  switch (program) {
    case 'ln':
    case 'cp':
      return readZoneLink(operands);
    case 'timedatectl':
      return operands[0] === 'set-timezone' ? zone(operands[1]) : undefined;
    case 'setup-timezone':
      return zone(operands.at(-1));
    case 'loadkeys':
      return readKeyboard(operands, options);
    case 'mount':
      return readMountSettings(args);
    case 'sysctl':
      return readSysctl(operands, options);
    case 'modprobe':
      return readModprobe(operands, options);
    default:
      return undefined;
  }
}

function readZoneLink(operands: readonly string[]): Setting[] | undefined {
  const [file = '', link, ...more] = operands;
  return link === '/etc/localtime' && more.length === 0 ? zone(ZONE_FILE.exec(file)?.[1]) : undefined;
}

function zone(name: string | undefined): Setting[] | undefined {
  return name !== undefined && ZONE.test(name) ? [{ key: 'timezone', value: name }] : undefined;
}

/** A layout that the image has; files and more than one stay a command. */
function readKeyboard(operands: readonly string[], options: readonly string[]): Setting[] | undefined {
  const [value = '', ...more] = operands;
  const isQuiet = options.every((option) => /^(?:-[qu]+|--quiet|--unicode)$/.test(option));
  return isQuiet && more.length === 0 && keyboards().includes(value)
    ? [{ key: 'keyboard', value }]
    : undefined;
}

function readEcho(
  operands: readonly string[],
  options: readonly string[],
  to: string | undefined,
): Setting[] | undefined {
  if (options.some((option) => option !== '-n')) return undefined;
  const text = operands.join(' ');
  if (to === '/etc/timezone') return zone(text);
  const path = /^\/proc\/sys\/(.+)$/.exec(to ?? '')?.[1];
  return path === undefined ? undefined : sysctl(path, text);
}

/** `-w` and what only makes it quiet; `-p` and `--system` read files. */
function readSysctl(operands: readonly string[], options: readonly string[]): Setting[] | undefined {
  if (options.some((option) => !/^(?:-[weq]+|--(?:write|quiet|ignore))$/.test(option))) return undefined;
  const settings = operands.map((operand) => {
    const [, name = '', value] = /^([^=]+)=([\s\S]+)$/.exec(operand) ?? [];
    return value === undefined ? undefined : sysctl(name.trim(), value.trim());
  });
  return settings.length > 0 && settings.every((each) => each !== undefined) ? settings.flat() : undefined;
}

/** A path below /proc/sys in the form of sysctl.d(5): with dots, unless a part of it has one. */
function sysctl(path: string, value: string): Setting[] | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:/@%+-]*$/.test(path) || value === '' || /\p{Cc}/u.test(value))
    return undefined;
  const isPath = path.includes('/') && !path.includes('.');
  return [{ key: 'sysctls', name: isPath ? path.replaceAll('/', '.') : path, value }];
}

function readModprobe(operands: readonly string[], options: readonly string[]): Setting[] | undefined {
  if (operands.length === 0 || options.some((option) => !/^-[qva]+$|^--all$/.test(option))) return undefined;
  const isAll = options.some((option) => option === '--all' || option.includes('a'));
  if (!/^[\w-]+$/.test(operands[0]!) || (isAll && operands.some((name) => !/^[\w-]+$/.test(name))))
    return undefined;
  const values = isAll ? operands : [operands.join(' ')];
  return values.map((value) => ({ key: 'modules', value }));
}
