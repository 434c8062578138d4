export { encryptPassword } from './appliers/accounts/password.js';
export { proxyOf } from './appliers/environment/environment.js';
export {
  exitStatusOf,
  type JournalStep,
  type OperationSummary,
  type PhaseJournal,
  summarise,
} from './apply/journal.js';
export { type PhaseTableRow, phaseTable } from './apply/sequence.js';
export { type Failure, PHASES, type StepStatus } from './apply/types.js';
export type { BootManifest, Haos, Install, Wifi, WriteFile } from './generated/types.js';
export { type Overridden, REDACTED } from './merge/explain.js';
export type { Contribution, Provenance } from './merge/provenance.js';
export {
  type Migration,
  type MigrationChange,
  migrateConfig,
  type OpenQuestion,
} from './migrate/migrate-config.js';
export type { MigrationForm } from './migrate/source.js';
export { secretsOf } from './model/secrets.js';
export { dumpJson, dumpYaml } from './report/dump.js';
export { formatGitlab } from './report/gitlab.js';
export { formatJunit, type JunitOptions } from './report/junit.js';
export type { TextOptions } from './report/text.js';
export { deleteConfig, putConfig } from './sources/put.js';
export { type NodeConfigResult, readConfig } from './sources/read.js';
export { readUserDataSource } from './sources/user-data-source.js';
export {
  type ConfigurationStatus,
  describeConfiguration,
  type FailedPart,
  sortIssues,
  summariseConfiguration,
} from './status/configuration.js';
export {
  judgeKubernetes,
  type K3sRole,
  type KubernetesFacts,
  type KubernetesStatus,
} from './status/kubernetes.js';
export { judgeNode, type NodeParts } from './status/node-status.js';
