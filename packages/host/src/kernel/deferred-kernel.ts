import type { Effect, HostKernel } from '../types.js';
import { checkHostname } from './hostname.js';
import { checkModule } from './module-name.js';
import { sysctlPath } from './sysctl.js';

/** Returns a kernel that is not running: it records changes and knows no values. */
export function createDeferredKernel(record: (effect: Effect) => void): HostKernel {
  return {
    hostname: () => undefined,
    setHostname(name) {
      checkHostname(name);
      record({ kind: 'set-hostname', name, before: undefined });
      return false;
    },
    sysctl: () => undefined,
    setSysctl(key, value) {
      sysctlPath(key);
      record({ kind: 'set-sysctl', key, value, before: undefined });
      return false;
    },
    hasModule: () => false,
    async loadModule(name, parameters) {
      checkModule(name);
      record({ kind: 'load-module', name, parameters });
      return false;
    },
  };
}
