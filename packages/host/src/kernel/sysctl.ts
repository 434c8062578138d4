import { HaosError } from '../errors.js';

/**
 * The path below /proc/sys of a key, by the rule of sysctl.d(5): the first separator decides. After a slash everything stays;
 * after a dot, dots become slashes and slashes dots (`net.ipv4.conf.eth0/1.forwarding`). Throws HAOS_KERNEL_SYSCTL for a key
 * with empty parts or `..`.
 */
export function sysctlPath(key: string): string {
  const separator = /[./]/.exec(key)?.[0];
  const path = separator === '.' ? key.replace(/[./]/g, (found) => (found === '.' ? '/' : '.')) : key;
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
    throw new HaosError('HAOS_KERNEL_SYSCTL', `not a kernel setting: ${JSON.stringify(key)}`, {
      hint: 'Write the key like net.ipv4.ip_forward.',
    });
  }
  return parts.join('/');
}

/** Whether two values mean the same; the kernel separates the fields of a value by tabs. */
export function isSameSysctl(a: string | undefined, b: string): boolean {
  return a !== undefined && fields(a) === fields(b);
}

function fields(value: string): string {
  return value.trim().split(/\s+/).join(' ');
}
