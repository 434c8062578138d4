import { HaosError } from '../errors.js';

/** The kernel knows modules by names with underscores. */
export function canonicalModule(name: string): string {
  return name.replaceAll('-', '_');
}

/** A name that neither leaves a directory nor is taken for an option; HAOS_KERNEL_MODULE otherwise. */
export function checkModule(name: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name)) return;
  throw new HaosError('HAOS_KERNEL_MODULE', `not a name of a kernel module: ${JSON.stringify(name)}`);
}
