import { NOT_RUN, runEffect } from './effects.js';
import { createFiles } from './files/files.js';
import { createOverlayStore } from './files/overlay-store.js';
import { httpError } from './http/http-error.js';
import { createDeferredKernel } from './kernel/deferred-kernel.js';
import { checkHostname } from './kernel/hostname.js';
import { canonicalModule, checkModule } from './kernel/module-name.js';
import { isSameSysctl, sysctlPath } from './kernel/sysctl.js';
import { processOwner } from './process/process-owner.js';
import { createRecorder } from './recorder.js';
import type { Effect, Host, HostKernel } from './types.js';

/**
 * Returns a host on which nothing happens. Reads come from `base`; changes stay in memory, where
 * later reads see them; every effect is recorded as planned. Over a rooted host, commands and
 * kernel changes are recorded as deferred. `base` runs read-only commands. It never fetches.
 */
export function planHost(base: Host): Host {
  const { operations, record } = createRecorder();
  const planned = (effect: Effect) => record(effect, 'planned');
  const deferred = (effect: Effect) => record(effect, 'deferred');
  const hasKernel = base.kernel.hostname() !== undefined;
  return {
    kind: 'plan',
    files: createFiles(createOverlayStore(base.files, processOwner()), planned),
    kernel: hasKernel ? createPlannedKernel(base.kernel, planned) : createDeferredKernel(deferred),
    clock: base.clock,
    operations,
    log: base.log,
    async run(command, args, options) {
      if (options?.readOnly) return base.run(command, args, options);
      (hasKernel ? planned : deferred)(runEffect(command, args, options));
      return NOT_RUN;
    },
    async fetch(url) {
      throw httpError('HAOS_HTTP_FAILED', url, 'a plan does not download');
    },
  };
}

/** Returns the running kernel as it would be after all planned changes. */
function createPlannedKernel(base: HostKernel, record: (effect: Effect) => void): HostKernel {
  const settings = new Map<string, string>();
  const modules = new Set<string>();
  let hostname: string | undefined;

  const sysctl = (key: string) => settings.get(sysctlPath(key)) ?? base.sysctl(key);
  const hasModule = (name: string) => modules.has(canonicalModule(name)) || base.hasModule(name);

  return {
    hostname: () => hostname ?? base.hostname(),
    setHostname(name) {
      checkHostname(name);
      const before = hostname ?? base.hostname();
      if (before === name) return false;
      hostname = name;
      record({ kind: 'set-hostname', name, before });
      return true;
    },
    sysctl,
    setSysctl(key, value) {
      const before = sysctl(key);
      if (isSameSysctl(before, value)) return false;
      settings.set(sysctlPath(key), value);
      record({ kind: 'set-sysctl', key, value, before });
      return true;
    },
    hasModule,
    async loadModule(name, parameters) {
      checkModule(name);
      if (hasModule(name)) return false;
      modules.add(canonicalModule(name));
      record({ kind: 'load-module', name, parameters });
      return true;
    },
  };
}
