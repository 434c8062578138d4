export { checkConsoles, chooseConsoles } from './boot/console.js';
export {
  quoteArguments,
  renderGrubConfig,
} from './boot/grub-config.js';
export { placeMenu } from './boot/place-menu.js';
export { compareVersions } from './compare-versions.js';
export {
  COMPONENT_FILES,
  dropUnused,
  isSameSet,
  isVersion,
  linkSlot,
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
export { MODES, RANCHER } from './layout.js';
export { isInstallByFallback } from './mode.js';
export { PROJECT } from './project.js';
export { fetchDigest } from './release/fetch-digest.js';
export { parseChecksums, verifyChecksums } from './release/verify-checksums.js';
export { type DataReset, readDataReset, setDataReset } from './reset.js';
export { awaitTrial, isOnTrial } from './upgrade/await-trial.js';
export {
  type BootState,
  formatBootState,
  nextBootState,
  parseBootState,
  readBootState,
  writeBootState,
} from './upgrade/boot-state.js';
export { readBooted } from './upgrade/booted.js';
export {
  completeIntent,
  flush,
  intentPath,
} from './upgrade/complete-intent.js';
export { formatGrubEnv, parseGrubEnv } from './upgrade/grub-env.js';
export { formatIntent } from './upgrade/intent.js';
export { forgetFailure, markHealthy } from './upgrade/status.js';
export { type UpgradeVerdict, upgradeVerdict } from './upgrade/verdict.js';
