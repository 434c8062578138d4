export type { ModeLook } from './check.js';
export { expectationOf } from './expectation.js';
export {
  blockedModulesOf,
  LEVEL_FILE,
  MODULE_FILES,
  renderModules,
  renderSysctls,
  sysctlsOf,
} from './hardening.js';
export { KNOWN_SOCKETS, SETUID_PROGRAMS, WORLD_WRITABLE } from './justified.js';
export { LIMITED_SERVICES, type LimitedService, ROOT_SERVICES } from './privileges.js';
