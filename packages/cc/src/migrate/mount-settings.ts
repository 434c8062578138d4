import type { Setting } from './setting.js';

/** Block devices, by what they are called in fstab(5); others are left to `mount`. */
const DEVICE = /^(?:\/dev\/\S+|(?:LABEL|UUID|PARTLABEL|PARTUUID)=\S+)$/;
/** What the system itself consists of is not to be hidden. */
const SYSTEM =
  /^\/(?:$|(?:home|opt|tmp|var|var\/lib|var\/lib\/rancher)$|(?:\.base|bin|boot|dev|etc|haos|lib|lib64|proc|run|sbin|sys|usr|var\/lib\/rancher\/HAOS)(?:\/|$))/;
/** Options that change another mount, or mount something other than a device. */
const OTHER = ['bind', 'rbind', 'remount', 'move', 'loop'];

/** The mount of a disk by `mount`; undefined where it is called in another way. */
export function readMountSettings(args: readonly string[]): Setting[] | undefined {
  const operands: string[] = [];
  const options: string[] = [];
  let type: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '-t') type = args[++at];
    else if (arg === '-o') options.push(...(args[++at] ?? '').split(','));
    else if (arg.startsWith('-')) return undefined;
    else operands.push(arg);
  }
  const [device = '', path = '', ...more] = operands;
  const isPath = /^(?:\/[^/\s]+)+$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path) && !SYSTEM.test(path);
  if (!DEVICE.test(device) || !isPath || more.length > 0) return undefined;
  if (options.some((option) => option === '' || OTHER.includes(option) || /^pass/.test(option)))
    return undefined;
  const value = {
    device,
    path,
    ...(type === undefined || type === 'auto' ? {} : { type }),
    ...(options.length > 0 ? { options } : {}),
  };
  return [{ key: 'mounts', name: path, value }];
}
