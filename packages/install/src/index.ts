export { type CleanUp, withCleanUp } from '@haos/system';
export {
  type Configuration,
  type ConfigurationOptions,
  type FoundConfiguration,
  findConfiguration,
} from './configuration.js';
export { type Consoles, chooseConsoles } from './console.js';
export {
  type DeviceOptions,
  type FoundDevice,
  findDevice,
  listFittingDisks,
  MINIMUM_SIZE,
} from './device.js';
export type { InstallErrorCode } from './errors.js';
export { type GrubConfigOptions, quoteArguments, renderGrubConfig } from './grub-config.js';
export { type DownloadImageOptions, downloadImage, isUrl } from './image/download-image.js';
export { cameFromMedium } from './image/find-file-system.js';
export { type ImageOptions, type OpenedImage, openImage } from './image/open-image.js';
export { CHECKSUMS, findImage, type Image, verifyImage } from './image.js';
export { type InstallEvent, type InstallOptions, type InstallReport, install } from './install.js';
export { ANSWER_NAMES } from './interview/answer-names.js';
export { askInstallation, type InstallAnswers } from './interview/ask-installation.js';
export { askOperation, type InstallOperation } from './interview/ask-operation.js';
export { configureRole, ROLE_FILE } from './interview/configure-role.js';
export { confirmPlan } from './interview/confirm-plan.js';
export { type IsoOptions, openIso } from './iso.js';
export { type Medium, openMedium } from './medium.js';
export { findMenu, type NodeMenu, replaceMenu } from './menu.js';
export {
  EFI_LABEL,
  type Firmware,
  findPartition,
  type PartitionPlan,
  type PlannedPartition,
  partitionPath,
  planPartitions,
  renderSfdisk,
  STATE_LABEL,
} from './partitions.js';
export {
  detectFirmware,
  type Preflight,
  type PreflightOptions,
  preflight,
  type Target,
} from './preflight.js';
export { openScratch } from './scratch.js';
export { checkTakeOver, type TakeoverOptions, type TakeoverReport, takeOver } from './takeover.js';
export type { TakeoverTarget } from './takeover-checks.js';
export { openToolbox, type Toolbox } from './toolbox.js';
