export {
  type Configuration,
  type ConfigurationOptions,
  type FoundConfiguration,
  findConfiguration,
} from './configuration.js';
export {
  type DeviceOptions,
  type FoundDevice,
  findDevice,
  listFittingDisks,
  MINIMUM_SIZE,
} from './disk/device.js';
export { EFI_LABEL, findPartition, partitionPath, STATE_LABEL } from './disk/partitions.js';
export { type DownloadImageOptions, downloadImage, isUrl } from './image/download-image.js';
export { cameFromMedium } from './image/find-file-system.js';
export { CHECKSUMS, findImage, type Image, verifyImage } from './image/image.js';
export { type IsoOptions, openIso } from './image/iso.js';
export { type Medium, openMedium } from './image/medium.js';
export { type ImageOptions, type OpenedImage, openImage } from './image/open-image.js';
export { openToolbox, type Toolbox } from './image/toolbox.js';
export { ANSWER_NAMES } from './interview/answer-names.js';
export { askOperation, type InstallOperation } from './interview/ask-operation.js';
export { configureRole, ROLE_FILE } from './interview/configure-role.js';
export { detectFirmware } from './preflight.js';
export { openScratch } from './scratch.js';
export { preflightTakeover } from './takeover/takeover.js';
export type { TakeoverTarget } from './takeover/takeover-checks.js';
