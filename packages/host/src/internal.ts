export type { User } from './accounts.js';
export { findGroup, findUser, parsePasswd, resolveOwner, setPasswordHash } from './accounts.js';
export { type InterfaceAddress, readAddresses } from './addresses.js';
export {
  type BlockDevice,
  findBlockDevice,
  listBlockDevices,
  readFileSystemUuid,
  withDescendants,
} from './block.js';
export { base64, fromBase64, fromLatin1, latin1, utf8 } from './bytes.js';
export { type CleanUp, withCleanUp } from './clean-up.js';
export { copyTree, type TreeFile, treeSize, verifyTree } from './files/copy-tree.js';
export { sha256 } from './files/digest.js';
export { parentOf } from './files/path.js';
export type { HttpPool, HttpPoolOptions, PoolRequest, PoolResponse } from './http/http-pool.js';
export { openHttpPool } from './http/http-pool.js';
export { type RaidArray, readRaidArrays } from './kernel/raid-arrays.js';
export { readSecureBoot, readSetupMode } from './kernel/secure-boot.js';
export { readRootHash } from './kernel/verity.js';
export { megabytes } from './megabytes.js';
export {
  escapeField,
  type Mount,
  mountAt,
  mountOf,
  mountsWithin,
  readMounts,
} from './mounts/mounts.js';
export { withWritable } from './mounts/writable.js';
export {
  cryptPassword,
  type GunzipProblem,
  gunzip,
  isSignedBy,
  readCertificateSubject,
} from './platform/node.js';
