export type { Group, User } from './accounts.js';
export { findGroup, findUser, parseGroup, parsePasswd, resolveOwner, setPasswordHash } from './accounts.js';
export { type InterfaceAddress, parseAddresses, readAddresses } from './addresses.js';
export {
  type BlockDevice,
  findBlockDevice,
  listBlockDevices,
  parseBlockDevices,
  readFileSystemUuid,
  withDescendants,
} from './block.js';
export { type CleanUp, withCleanUp } from './clean-up.js';
export { type CopyTreeOptions, copyTree, type TreeFile, treeSize, verifyTree } from './files/copy-tree.js';
export { megabytes } from './megabytes.js';
export { isReadOnlyMount, unescapePath, withWritable } from './mounts/writable.js';
