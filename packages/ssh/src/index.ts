export type { SshErrorCode } from './errors.js';
export { type FetchKeysOptions, fetchKeys, type KeyOutcome, readLocalSource } from './fetch-keys.js';
export { type KeySource, parseKeySource } from './key-source.js';
export type { LedgerState } from './ledger.js';
export { type MergeKeysOptions, type MergeResult, mergeKeys } from './merge-keys.js';
export type { KeyChange } from './merge-text.js';
export {
  keyId,
  type ParsedKeys,
  type PublicKey,
  parsePublicKeys,
  type RejectedLine,
  type RejectionCode,
} from './public-key.js';
