export { ARCHITECTURE_BYTES, type Architecture, architectureOf } from './architecture.js';
export { compareVersions, upstreamVersion } from './compare-versions.js';
export {
  COMPONENT_FILES,
  COMPONENTS,
  type Component,
  dropUnused,
  findUnused,
  isSameSet,
  isVersion,
  linkSlot,
  listVersions,
  nameSet,
  type ReleaseSet,
  readRunningSet,
  readSlot,
  readSlots,
  SLOTS,
  type Slot,
  type Slots,
  STAGING_PREFIX,
  versionDirectory,
} from './components.js';
export type { SystemErrorCode } from './errors.js';
export { checkK3sHost } from './k3s-host/check-k3s-host.js';
export { readK3sVersion } from './k3s-version.js';
export { type AwaitNodeOptions, awaitNode } from './kubernetes/await-node.js';
export { type DrainOptions, drainNode, uncordonNode } from './kubernetes/cordon.js';
export { findKubeconfig } from './kubernetes/kubeconfig.js';
export { isNodeReady, type NodeHealth, readNodeHealth } from './kubernetes/node-health.js';
export { readNodeName } from './kubernetes/node-name.js';
export type { Mode } from './layout.js';
export { layout, MODES, parentOf, RANCHER } from './layout.js';
export { readMode, readVersion } from './mode.js';
export { PROJECT, type Project } from './project.js';
export { fetchDigest, type ReleaseOptions } from './release/fetch-digest.js';
export { readReleaseKeys } from './release/read-keys.js';
export { parseChecksums, type SignedChecksums, verifyChecksums } from './release/verify-checksums.js';
export { type DataReset, readDataReset, setDataReset } from './reset.js';
export { awaitTrial, isOnTrial } from './upgrade/await-trial.js';
export {
  type BootEvent,
  type BootState,
  formatBootState,
  grubEnvPath,
  nextBootState,
  parseBootState,
  readBootState,
  TRIALS,
  writeBootState,
} from './upgrade/boot-state.js';
export { choosesSlot, readBooted } from './upgrade/booted.js';
export type { Check } from './upgrade/check.js';
export {
  type CompleteOptions,
  completeIntent,
  flush,
  intentPath,
  readIntent,
} from './upgrade/complete-intent.js';
export { formatGrubEnv, parseGrubEnv } from './upgrade/grub-env.js';
export {
  decideIntent,
  formatIntent,
  type Intent,
  type IntentDecision,
  type IntentFacts,
  parseIntent,
} from './upgrade/intent.js';
export {
  type ChangeOptions,
  forgetFailure,
  markHealthy,
  rollback,
  type UpgradeStatus,
  upgradeStatus,
} from './upgrade/status.js';
export { type UpgradeOptions, type UpgradeReport, upgrade } from './upgrade/upgrade.js';
export { type UpgradeVerdict, upgradeVerdict } from './upgrade/verdict.js';
