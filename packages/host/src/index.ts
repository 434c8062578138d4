export type { HaosErrorOptions, HostErrorCode } from './errors.js';
export { HaosError, isHaosError } from './errors.js';
export type { HostOptions } from './live.js';
export { liveHost } from './live.js';
export { type LockOptions, withLock } from './lock.js';
export { memoryHost } from './memory.js';
export { planHost } from './plan.js';
export { createRedactor, redactUrl } from './redact.js';
export { rootedHost } from './rooted.js';
export type {
  Copied,
  CopyOptions,
  DownloadOptions,
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
  StreamOptions,
  WriteFileOperation,
  WriteFileOptions,
} from './types.js';
