export type { Group, User } from './accounts.js';
export { findGroup, findUser, parseGroup, parsePasswd, resolveOwner, setPasswordHash } from './accounts.js';
export type { HaosErrorOptions, SystemErrorCode } from './errors.js';
export { HaosError, isHaosError } from './errors.js';
export type { HostOptions } from './host/live.js';
export { liveHost } from './host/live.js';
export { planHost } from './host/plan.js';
export { rootedHost } from './host/rooted.js';
export type {
  Effect,
  FetchOptions,
  FetchResult,
  FileSnapshot,
  FileStat,
  FileType,
  Host,
  HostClock,
  HostFiles,
  HostKernel,
  HostKind,
  Operation,
  Owner,
  ProxySettings,
  RunOptions,
  RunResult,
  WriteFileOperation,
  WriteFileOptions,
} from './host/types.js';
export type { Mode } from './layout.js';
export { layout, MODES, parentOf, RANCHER } from './layout.js';
export { withLock } from './lock.js';
export { readMode, readVersion } from './mode.js';
export { createRedactor, redactUrl } from './redact.js';
