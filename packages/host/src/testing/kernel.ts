import { HaosError } from '../errors.js';
import { checkHostname } from '../kernel/hostname.js';
import { canonicalModule, checkModule } from '../kernel/module-name.js';
import { isSameSysctl, sysctlPath } from '../kernel/sysctl.js';
import type { Effect, HostKernel } from '../types.js';

export interface TestKernelOptions {
  hostname?: string;
  sysctls?: Readonly<Record<string, string>>;
  modules?: readonly string[];
  missingModules?: readonly string[];
}

/**
 * Returns a kernel in memory. It has only the given settings, and loads every module except the
 * missing ones.
 */
export function createTestKernel(options: TestKernelOptions, record: (effect: Effect) => void): HostKernel {
  const settings = new Map(
    Object.entries(options.sysctls ?? {}).map(([key, value]) => [sysctlPath(key), value]),
  );
  const modules = new Set((options.modules ?? []).map(canonicalModule));
  const missing = (options.missingModules ?? []).map(canonicalModule);
  let hostname = options.hostname ?? 'localhost';
  return {
    hostname: () => hostname,
    setHostname(name) {
      checkHostname(name);
      const before = hostname;
      if (before === name) return false;
      hostname = name;
      record({ kind: 'set-hostname', name, before });
      return true;
    },
    sysctl: (key) => settings.get(sysctlPath(key)),
    setSysctl(key, value) {
      const path = sysctlPath(key);
      const before = settings.get(path);
      if (before === undefined)
        throw new HaosError(
          'HAOS_KERNEL_SYSCTL',
          `cannot set ${key}: this kernel does not have this setting`,
        );
      if (isSameSysctl(before, value)) return false;
      settings.set(path, value);
      record({ kind: 'set-sysctl', key, value, before });
      return true;
    },
    hasModule: (name) => modules.has(canonicalModule(name)),
    async loadModule(name, parameters) {
      checkModule(name);
      const known = canonicalModule(name);
      if (modules.has(known)) return false;
      if (missing.includes(known))
        throw new HaosError('HAOS_KERNEL_MODULE', `cannot load the kernel module ${name}`);
      modules.add(known);
      record({ kind: 'load-module', name, parameters });
      return true;
    },
  };
}
