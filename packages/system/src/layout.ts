/** The paths of HAOS on a node; all are absolute paths of the target system. */
export const layout = {
  /**
   * The components, the links of the slots, GRUB's environment block and the system configuration.
   */
  system: '/haos/system',
  systemConfig: '/haos/system/config.yaml',
  /** Spelled as in the documentation; read only when `systemConfig` does not exist. */
  systemConfigUpperCase: '/HAOS/system/config.yaml',
  /** If present, early boot removes persistent data: once, or at each boot. */
  factoryReset: '/haos/system/factory-reset',
  ephemeral: '/haos/system/ephemeral',
  /**
   * If present, the data are encrypted: the number of the partition of the volume, on the same
   * disk, and the UUID of its header.
   */
  encryption: '/haos/system/encryption',
  /** Exists in `private` if the TPM is to open the data. */
  tpm: '/haos/private/tpm',
  /** Why the TPM did not open the data in this boot, if it did not. */
  tpmRefusal: '/run/haos/tpm-refusal',
  /**
   * The floor of the versions for which the TPM opens the data, and behind it the one that counts
   * when this version is confirmed, if it is another one.
   */
  tpmFloor: '/run/haos/tpm-floor',
  /** What is encrypted beside the data; `systemConfig` is then a link to it. */
  private: '/haos/private',
  kernelCommandLine: '/proc/cmdline',
  /** Persistent: local configuration and data that HAOS keeps about the node. */
  local: '/var/lib/rancher/HAOS',
  localConfig: '/var/lib/rancher/HAOS/config.yaml',
  localConfigDirectory: '/var/lib/rancher/HAOS/config.d',
  /** The same for nodes of the Go implementation; read if the path above is missing. */
  goLocal: '/var/lib/1898andCo/HAOS',
  goLocalConfig: '/var/lib/1898andCo/HAOS/config.yaml',
  goLocalConfigDirectory: '/var/lib/1898andCo/HAOS/config.d',
  /** A file of `config.d` that is tried until it is confirmed or reverted. */
  configTry: '/var/lib/rancher/HAOS/config-try.json',
  configTryLock: '/run/haos/config-try.lock',
  keptHostname: '/var/lib/rancher/HAOS/hostname',
  /** The SSH keys that HAOS added, and their sources. */
  sshLedger: '/var/lib/rancher/HAOS/ssh/authorized-keys.json',
  /** Documents that a data source delivered. */
  delivered: '/run/config',
  deliveredHostname: '/run/config/local_hostname',
  deliveredKeys: '/run/config/ssh/authorized_keys',
  deliveredUserData: '/run/config/userdata',
  /** Settings of networks from a drive, in the formats of other systems. */
  deliveredNetworkConfig: '/run/config/network-config',
  deliveredNetworkData: '/run/config/network_data.json',
  /** User data that is a program runs from here. */
  userDataProgram: '/run/haos/userdata',
  /** The result of each data source in this boot. */
  dataSources: '/run/haos/data-sources.json',
  mode: '/run/haos/mode',
  /** What decided the mode: `argument`, `state`, `fallback` or `image`. */
  modeFrom: '/run/haos/mode-from',
  journal: '/run/haos/journal',
  /**
   * The result of the configuration in one line, then its first issues, without secrets, for the
   * banner and the login message.
   */
  configurationSummary: '/run/haos/configuration',
  /** The name of the keyboard layout that was loaded. */
  keyboard: '/run/haos/keyboard',
  applyLock: '/run/haos/apply.lock',
  upgradeLock: '/run/haos/upgrade.lock',
  /**
   * The name of this machine's node in Kubernetes, if an upgrade drained it and it is not
   * uncordoned yet.
   */
  upgradeCordon: '/var/lib/rancher/HAOS/upgrade-cordon',
  /** Files that an upgrade downloads or unpacks while it runs. */
  upgradeScratch: '/var/lib/rancher/HAOS/upgrade',
  /**
   * The decision of the runtime phase about k3s: `wanted`, `nodeless` (it runs no kubelet),
   * `skipped`, `absent`, or `held` with the reason in the next line.
   */
  k3sStart: '/run/haos/k3s-start',
  /** Why early boot does not use the k3s of the set, if it does not. */
  k3sRefused: '/run/haos/k3s-refused',
  /**
   * What the launcher adds to the kernel command line where the boot loader does not know slots.
   */
  launcherWords: '/run/haos/words',
  /** The EFI system partition, if systemd-boot started the node; early boot mounts it. */
  efi: '/run/haos/esp',
  /** The version of the kernel component that booted; early boot reads it from its initrd. */
  runningKernel: '/run/haos/kernel-version',
  /** The set that booted, in the format of `nameSet`: the links may have changed since. */
  runningSet: '/run/haos/set',
  version: '/usr/lib/haos/version',
  /** Public keys in PEM that may sign releases. */
  releaseKeys: '/usr/share/haos/keys',
  /** Manifests that k3s applies on a server. */
  manifests: '/var/lib/rancher/k3s/server/manifests',
  /**
   * The manifests in the image, and the digests of those that HAOS copied to the directory above.
   */
  shippedManifests: '/usr/share/haos/manifests',
  manifestLedger: '/var/lib/rancher/HAOS/manifests.json',
} as const;

/** The only user account for a person: with sudo, not root. */
export const RANCHER = 'rancher';

/** How a node runs. Early boot writes it to `/run/haos/mode`. */
export const MODES = ['live', 'install', 'disk', 'local', 'shell'] as const;
export type Mode = (typeof MODES)[number];

/**
 * Returns a path in the root that contains a system directory, such as `/host/run/haos/mode` for
 * `/host/haos/system` in a container. Undefined if the system directory is at another place in its
 * root.
 */
export function inRootOf(directory: string, path: string): string | undefined {
  return directory.endsWith(layout.system)
    ? `${directory.slice(0, -layout.system.length)}${path}`
    : undefined;
}
