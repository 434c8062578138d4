export { ARCHITECTURE_BYTES, type Architecture, architectureOf } from './architecture.js';
export { type BootLoader, countsBoots, readBootLoader } from './boot/boot-loader.js';
export { type Consoles, checkConsoles, chooseConsoles } from './boot/console.js';
export {
  GRUB_CONFIG_MARK,
  type GrubConfigOptions,
  quoteArguments,
  renderGrubConfig,
} from './boot/grub-config.js';
export { findMenu, type NodeMenu, replaceMenu } from './boot/menu.js';
export { placeMenu } from './boot/place-menu.js';
export { compareVersions, upstreamVersion } from './compare-versions.js';
export {
  COMPONENT_FILES,
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
  STAGING_PREFIX,
  versionDirectory,
} from './components.js';
export { readK3sVersion } from './k3s-version.js';
export { type DrainOptions, drainNode, uncordonNode } from './kubernetes/cordon.js';
export { findKubeconfig } from './kubernetes/kubeconfig.js';
export { isNodeReady } from './kubernetes/node-health.js';
export { readNodeName } from './kubernetes/node-name.js';
export { MODES, parentOf, RANCHER } from './layout.js';
export { isInstallByFallback } from './mode.js';
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
export { forgetFailure, markHealthy } from './upgrade/status.js';
export { type UpgradeVerdict, upgradeVerdict } from './upgrade/verdict.js';
