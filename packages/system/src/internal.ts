export {
  type BootEntry,
  formatEntry,
  newEntry,
  parseEntry,
  unusedEntries,
} from './boot/boot-entries.js';
export { bootLoaderName } from './boot/boot-image.js';
export { checkConsoles, chooseConsoles } from './boot/console.js';
export {
  EFI_CONFIG,
  EFI_LOADERS,
  type EfiLoader,
  findEfiLoader,
  isEfiConfig,
  renderEfiConfig,
  startedProgram,
} from './boot/efi-loader.js';
export { STAGING } from './boot/esp.js';
export {
  quoteArguments,
  renderGrubConfig,
} from './boot/grub-config.js';
export { placeMenu } from './boot/place-menu.js';
export { checked, failed, passed } from './check.js';
export { compareVersions } from './compare-versions.js';
export {
  dropUnused,
  isSameSet,
  isVersion,
  nameSet,
  type ReleaseSet,
  readRunningSet,
  readSlot,
} from './components.js';
export { DATA_LABEL, EFI_LABEL, EFI_PARTITION, STATE_LABEL } from './disk-labels.js';
export {
  confirmRecoveryKey,
  type EncryptionStatus,
  makeRecoveryKey,
  readEncryption,
} from './encryption.js';
export { isBelowFloor, raiseFloor, readFloor } from './floor.js';
export { readK3sVersion } from './k3s-version.js';
export { KERNEL_KINDS, type KernelKind, kernelKind } from './kernel-kind.js';
export { type DrainOptions, drainNode, uncordonNode } from './kubernetes/cordon.js';
export { findKubeconfig } from './kubernetes/kubeconfig.js';
export { isNodeReady } from './kubernetes/node-health.js';
export { readNodeName } from './kubernetes/node-name.js';
export { MODES, RANCHER } from './layout.js';
export { machineArchitecture } from './machine-architecture.js';
export { isInstallByFallback } from './mode.js';
export { PROJECT } from './project.js';
export { cameFromMedium } from './release/came-from-medium.js';
export { checkArchitecture, checkOfError, checkSpace } from './release/checks.js';
export { isUrl } from './release/download-iso.js';
export { findImage, type Image } from './release/image.js';
export { imageArchitecture } from './release/image-architecture.js';
export { requireSpace, tryMount } from './release/iso.js';
export { locateRelease } from './release/locate-release.js';
export { type BootFiles, openBootFiles } from './release/open-boot-files.js';
export { type ImageOptions, type ImageSource, openImage, openSource } from './release/open-image.js';
export { putComponents } from './release/put-components.js';
export { releaseMounts } from './release/release-mounts.js';
export { openScratch } from './release/scratch.js';
export { parseChecksums, verifyChecksums } from './release/verify-checksums.js';
export { type DataReset, readDataReset, setDataReset } from './reset.js';
export type { BootProgram } from './secure-boot/boot-programs.js';
export type { CertificateName } from './secure-boot/certificate.js';
export { checkEnrolment, type EnrolmentPlan, enrollKeys, planEnrolment } from './secure-boot/enroll-keys.js';
export { KEY_NAMES, type KeyName } from './secure-boot/key-variables.js';
export { makeSecureBootKeys } from './secure-boot/make-keys.js';
export {
  adviseSecureBoot,
  nameProgram,
  readSecureBootStatus,
  type SecureBootStatus,
} from './secure-boot/secure-boot-status.js';
export { awaitTrial, isOnTrial } from './upgrade/await-trial.js';
export { type BootState, formatBootState, nextBootState, parseBootState } from './upgrade/boot-state.js';
export { readBooted } from './upgrade/booted.js';
export { completeIntent, replaceSet } from './upgrade/complete-intent.js';
export { formatGrubEnv, parseGrubEnv } from './upgrade/grub-env.js';
export { forgetFailure, markHealthy } from './upgrade/status.js';
export { readBootState } from './upgrade/stored-boot-state.js';
export { type UpgradeVerdict, upgradeVerdict } from './upgrade/verdict.js';
