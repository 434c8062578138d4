/** Where HAOS keeps things on a node; all absolute paths of the target system. */
export const layout = {
  /** The components, the links of the slots, GRUB's environment block and the system configuration. */
  system: '/haos/system',
  systemConfig: '/haos/system/config.yaml',
  /** Spelled as in the documentation; read only when `systemConfig` does not exist. */
  systemConfigUpperCase: '/HAOS/system/config.yaml',
  /** Early boot removes what is persistent: once, or at each boot while the file is there. */
  factoryReset: '/haos/system/factory-reset',
  ephemeral: '/haos/system/ephemeral',
  kernelCommandLine: '/proc/cmdline',
  /** Persistent: local configuration and what HAOS keeps about the node. */
  local: '/var/lib/rancher/HAOS',
  localConfig: '/var/lib/rancher/HAOS/config.yaml',
  localConfigDirectory: '/var/lib/rancher/HAOS/config.d',
  /** Where nodes of the Go implementation keep the same; read when the path above is absent. */
  goLocal: '/var/lib/1898andCo/HAOS',
  goLocalConfig: '/var/lib/1898andCo/HAOS/config.yaml',
  goLocalConfigDirectory: '/var/lib/1898andCo/HAOS/config.d',
  keptHostname: '/var/lib/rancher/HAOS/hostname',
  /** Which SSH keys HAOS added, and for which source. */
  sshLedger: '/var/lib/rancher/HAOS/ssh/authorized-keys.json',
  /** What a data source delivered. */
  delivered: '/run/config',
  deliveredHostname: '/run/config/local_hostname',
  deliveredKeys: '/run/config/ssh/authorized_keys',
  deliveredUserData: '/run/config/userdata',
  /** User data that is a program is run from here. */
  userDataProgram: '/run/haos/userdata',
  /** What each data source said in this boot. */
  dataSources: '/run/haos/data-sources.json',
  mode: '/run/haos/mode',
  journal: '/run/haos/journal',
  /** What came of the configuration in one line, then its first issues, without any secret: for the banner and the login message. */
  configurationSummary: '/run/haos/configuration',
  applyLock: '/run/haos/apply.lock',
  upgradeLock: '/run/haos/upgrade.lock',
  /** The name of this machine's node in Kubernetes, where an upgrade drained it and it was not let back yet. */
  upgradeCordon: '/var/lib/rancher/HAOS/upgrade-cordon',
  /** What an upgrade downloads or unpacks, while it runs. */
  upgradeScratch: '/var/lib/rancher/HAOS/upgrade',
  /** What the runtime phase makes of k3s: `wanted`, `nodeless` (it runs no kubelet), `skipped`, `absent`, or `held` and why in the next line. */
  k3sStart: '/run/haos/k3s-start',
  /** The version of the kernel component that booted; early boot knows it from its initrd. */
  runningKernel: '/run/haos/kernel-version',
  /** The set that booted, as `nameSet` names it: the links may have been moved since. */
  runningSet: '/run/haos/set',
  version: '/usr/lib/haos/version',
  /** Public keys in PEM that releases may be signed with. */
  releaseKeys: '/usr/share/haos/keys',
  /** What k3s applies on a server. */
  manifests: '/var/lib/rancher/k3s/server/manifests',
  /** The manifests that the image brings, and the digests of those that HAOS put into the directory above. */
  shippedManifests: '/usr/share/haos/manifests',
  manifestLedger: '/var/lib/rancher/HAOS/manifests.json',
} as const;

/** The one person account: sudo, no root. */
export const RANCHER = 'rancher';

/** How a node runs; written to `/run/haos/mode` by early boot. */
export const MODES = ['live', 'install', 'disk', 'local', 'shell'] as const;
export type Mode = (typeof MODES)[number];

/**
 * A path in the root that a system directory belongs to, such as `/host/run/haos/mode` for `/host/haos/system` in a container; undefined
 * for a system directory that lies elsewhere in its root.
 */
export function inRootOf(directory: string, path: string): string | undefined {
  return directory.endsWith(layout.system)
    ? `${directory.slice(0, -layout.system.length)}${path}`
    : undefined;
}

/** The parent directory of an absolute path. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
