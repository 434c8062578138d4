/** The checks of an installation and of a takeover; docs/installation.md explains them. */
export type InstallCheckId =
  | 'architecture'
  | 'boot-image'
  | 'boot-loader'
  | 'checksums'
  | 'config'
  | 'console'
  | 'converter'
  | 'device'
  | 'download'
  | 'encryption'
  | 'file'
  | 'file-system'
  | 'firmware'
  | 'image'
  | 'in-use'
  | 'keys'
  | 'programs'
  | 'size'
  | 'space'
  | 'state'
  | 'system'
  | 'takeover-boot'
  | 'takeover-grub'
  | 'takeover-partition'
  | 'takeover-root'
  | 'takeover-space'
  | 'tpm';

/** The checks of an upgrade; docs/upgrading.md explains them. */
export type UpgradeCheckId =
  | 'architecture'
  | 'boot-image'
  | 'content'
  | 'destination'
  | 'failed'
  | 'minor'
  | 'source'
  | 'space'
  | 'trial'
  | 'version';

/** The checks of what k3s needs; docs/k3s-requirements.md explains them. */
export type K3sCheckId =
  | 'apparmor'
  | 'cgroup'
  | 'controllers'
  | 'data'
  | 'k3s'
  | 'kmsg'
  | 'modules'
  | 'node-password'
  | 'programs'
  | 'shared-root'
  | 'swap'
  | 'sysctls';

/** One condition: of a machine, or one that has to hold before something is written. */
export interface Check {
  /** Stable, such as `space`. */
  id: InstallCheckId | UpgradeCheckId | K3sCheckId;
  ok: boolean;
  /** What the check found. */
  message: string;
  /** What to do if it is not ok. */
  hint?: string;
}

/** Returns what a check says that found its condition to hold. */
export function passed(id: Check['id'], message: string): Check {
  return { id, ok: true, message };
}

/** Returns what a check says that did not. */
export function failed(id: Check['id'], message: string, hint: string): Check {
  return { id, ok: false, message, hint };
}

/** Returns what a check with one message for both results says; only a failed one has the hint. */
export function checked(id: Check['id'], ok: boolean, message: string, hint: string): Check {
  return ok ? passed(id, message) : failed(id, message, hint);
}
