import { HaosError } from '../errors.js';

/** Returns the name with underscores, as the kernel writes it. */
export function canonicalModule(name: string): string {
  return name.replaceAll('-', '_');
}

/** Throws HAOS_KERNEL_MODULE for a name that could leave its directory or be read as an option. */
export function checkModule(name: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name)) return;
  throw new HaosError('HAOS_KERNEL_MODULE', `not a kernel module name: ${JSON.stringify(name)}`);
}
