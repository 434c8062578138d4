export { encryptPassword } from './appliers/accounts/password.js';
export { proxyOf } from './appliers/environment/environment.js';
export {
  exitStatusOf,
  type JournalStep,
  type OperationSummary,
  type PhaseJournal,
  readJournals,
  summarise,
} from './apply/journal.js';
export { type Plan, type PlannedChange, type PlannedStep, type PlanOptions, plan } from './apply/plan.js';
export { type ApplyOptions, apply } from './apply/run.js';
export { type RunPhaseResult, runPhase } from './apply/run-phase.js';
export { type PhaseTableRow, phaseTable } from './apply/sequence.js';
export {
  type Failure,
  PHASES,
  type Phase,
  type PhaseResult,
  type StepResult,
  type StepStatus,
} from './apply/types.js';
export { type ConfigResult, hasErrors, readSources } from './config.js';
export { defineConfig } from './define-config.js';
export type { CcErrorCode } from './errors.js';
export type { BootManifest, CloudConfig, Haos, Install, Wifi, WriteFile } from './generated/types.js';
export type { Issue, IssueCode, Origin, Severity, SourceName } from './issue.js';
export { type Explanation, explain, type Overridden, REDACTED } from './merge/explain.js';
export type { Contribution, Provenance } from './merge/provenance.js';
export { type JsonSchema, schema } from './model/json-schema.js';
export { secretsOf } from './model/secrets.js';
export { dumpJson, dumpYaml } from './report/dump.js';
export { formatGithub } from './report/github.js';
export { formatSarif } from './report/sarif.js';
export { formatText, type TextOptions } from './report/text.js';
export { deleteConfig, putConfig } from './sources/put.js';
export { type NodeConfigResult, readConfig } from './sources/read.js';
export type { Source, SourceForm } from './sources/source.js';
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
export { judgeNode, type NodeParts, type NodeStatus } from './status/node-status.js';
export { readNodeStatus } from './status/read-node-status.js';
export { type ValidationReport, validate, validateResult } from './validate.js';
