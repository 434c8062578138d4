import { HaosError } from '../errors.js';

/**
 * Returns the path of a key below /proc/sys by the rule of sysctl.d(5): the first separator
 * decides. If it is a slash, the key is the path. If it is a dot, dots become slashes and slashes
 * become dots (`net.ipv4.conf.eth0/1.forwarding`). Throws HAOS_KERNEL_SYSCTL for a key with empty
 * parts or `..`.
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

/** Returns whether two values are equal. The kernel separates the fields of a value with tabs. */
export function isSameSysctl(a: string | undefined, b: string): boolean {
  return a !== undefined && fields(a) === fields(b);
}

function fields(value: string): string {
  return value.trim().split(/\s+/).join(' ');
}
