import type { CloudConfig } from '@haos/cc';
import type { ImageSource } from '@haos/system/internal';
import type { DiskFirmware } from './disk/partitions.js';

/** What is to be installed, where, with which configuration, and what boots it. */
export interface Installation {
  target?: TargetOptions;
  image?: ImageSource;
  config?: ConfigSource;
  boot?: BootOptions;
}

/** Where HAOS goes. */
export interface TargetOptions {
  /**
   * The whole disk, such as `/dev/vda`; default: the only one that fits. Without formatting, the
   * partition; default: the one labelled `HAOS_STATE`.
   */
  device?: string;
  /**
   * Partition and format the disk. Default true. False: the layout exists, and its persistent data
   * are kept.
   */
  format?: boolean;
  /** Refuse a disk with a state partition even if it is named. Default false. */
  keepState?: boolean;
  /** Encrypt the persistent data and the configuration. Default: they are not encrypted. */
  encrypt?: EncryptOptions;
  /** Bytes that the disk or partition must have. Default 2 GB. */
  minimumSize?: number;
  /** The directory to mount the state partition on meanwhile. Default `/run/haos/install`. */
  mountPoint?: string;
}

/**
 * How the data are encrypted: LUKS2, with a passphrase that the console asks for at each boot. On
 * an existing layout with encrypted data it opens them.
 */
export interface EncryptOptions {
  /** The passphrase. It reaches no argument, log or plan. */
  passphrase?: string;
  /** Or an absolute path of a file with it, which only its owner may read. */
  passphraseFile?: string;
  /**
   * Whether the TPM of this machine is to open the data as well, which needs a boot image that is
   * signed for it. Default false. On an existing layout nothing is taken away.
   */
  tpm?: boolean;
}

/** What configures the installed system. */
export interface ConfigSource {
  /** An http or https URL, or an absolute path. Default: that of the running system. */
  url?: string;
  /**
   * Configuration to install in addition to that of the running system, such as answers to
   * questions; not with `url`.
   */
  answers?: CloudConfig;
  /** Accept a configuration of `url` that configures nothing. Default false. */
  allowEmpty?: boolean;
  /**
   * Write the configuration only if the installed system has none yet. Default: true without a
   * `url`.
   */
  keep?: boolean;
}

/** What boots the installed system. */
export interface BootOptions {
  /** Install GRUB. Default true. False: only its menu is written. */
  loader?: boolean;
  /**
   * The signed boot image of the image, for a machine with own keys: a path or a URL. A directory,
   * or a URL that ends with a slash, means the one in it that is for the kernel. systemd-boot, from
   * beside it, and the boot image are then installed instead of GRUB for EFI.
   */
  bootImage?: string;
  /**
   * A directory with `PK.auth`, `KEK.auth` and `db.auth`, which the firmware of this machine gets
   * after the installation. Only checked and shown here: `enrollKeys` writes them.
   */
  enrollKeys?: string;
  /** The firmware to install for. Default: that with which the running machine was booted. */
  firmware?: DiskFirmware;
  /**
   * The console of the installed system, such as `ttyS0`. Default, also with `auto`: the consoles
   * in use.
   */
  tty?: string;
  /**
   * The kernel command line that names the consoles in use. Default: that of the running system.
   */
  commandLine?: string;
  /** Log more on the installed system. Default false. */
  debug?: boolean;
  /**
   * A root directory with GRUB, and with programs that the host runs, as `openToolbox` returns it.
   * Default: the running system.
   */
  tools?: string;
}
