export type { Group, User } from './accounts.js';
export { findGroup, findUser, parseGroup, parsePasswd, resolveOwner, setPasswordHash } from './accounts.js';
export { type InterfaceAddress, parseAddresses, readAddresses } from './addresses.js';
export {
  type BlockDevice,
  findBlockDevice,
  listBlockDevices,
  parseBlockDevices,
  withDescendants,
} from './block.js';
export { type CleanUp, withCleanUp } from './clean-up.js';
export type { HaosErrorOptions, HostErrorCode } from './errors.js';
export { HaosError, isHaosError } from './errors.js';
export { type CopyTreeOptions, copyTree, type TreeFile, treeSize, verifyTree } from './files/copy-tree.js';
export type { HostOptions } from './live.js';
export { liveHost } from './live.js';
export { type LockOptions, withLock } from './lock.js';
export { isReadOnlyMount, unescapePath, withWritable } from './mounts/writable.js';
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
