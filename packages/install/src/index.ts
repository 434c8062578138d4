export {
  type Firmware,
  type PartitionPlan,
  type PlannedPartition,
  planPartitions,
  renderSfdisk,
} from './disk/partitions.js';
export type { InstallErrorCode } from './errors.js';
export { type FileOptions, type FileTarget, installToFile } from './file/install-to-file.js';
export { type InstallEvent, type InstallOptions, type InstallReport, install } from './install.js';
export { askInstallation } from './interview/ask-installation.js';
export { confirmPlan } from './interview/confirm-plan.js';
export type { Installation, TargetOptions } from './options.js';
export { type InstallPlan, type Preflight, type PreflightOptions, preflight } from './preflight.js';
export { type TakeoverOptions, type TakeoverReport, takeOver } from './takeover/takeover.js';
