export { encryptPassword } from './appliers/accounts/password.js';
export { proxyOf } from './appliers/environment/environment.js';
export { applierKeys } from './apply/applier-keys.js';
export {
  type PhaseJournal,
  summarise,
} from './apply/journal.js';
export { keysForNextBoot } from './apply/next-boot.js';
export { isSet } from './apply/run.js';
export { configDefinition } from './generated/keys.js';
export type { Haos, Install, Wifi } from './generated/types.js';
export {
  type Migration,
  migrateConfig,
} from './migrate/migrate-config.js';
export type { MigrationForm } from './migrate/source.js';
export { type KeyDefinition, snakeCase } from './model/key.js';
export { documentedKey, isSecret, pointerSegments } from './model/pointer.js';
export type { DescribedKey } from './model/schema.js';
export { DATA_SOURCES } from './model/values.js';
export { dumpJson, dumpYaml } from './report/dump.js';
export { formatGitlab } from './report/gitlab.js';
export { formatJunit } from './report/junit.js';
export { deleteConfig, putConfig } from './sources/put.js';
export { readConfig } from './sources/read.js';
export { readUserDataSource } from './sources/user-data-source.js';
export {
  type ConfigurationStatus,
  describeConfiguration,
  summariseConfiguration,
} from './status/configuration.js';
export { describeArray } from './status/node-status.js';
export { type ConfigTry, readTry } from './try/config-try.js';
export { confirmTry, type Reverted, type RevertOptions, revertTry } from './try/end-try.js';
export { requireNoTry, type TryReport, tryConfig } from './try/try-config.js';
