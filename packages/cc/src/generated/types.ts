// Generated from src/schema.ts by `npm run generate`; do not edit.

/** The configuration of one HAOS node. */
export interface CloudConfig {
  /** SSH keys that may log in as `rancher`: a public key, `github:USER`, `gitlab:USER`, or a URL that answers with keys. */
  sshAuthorizedKeys?: string[];
  /** Files to write. */
  writeFiles?: WriteFile[];
  /** The host name. Without it, the node keeps the name from DHCP or a generated one. */
  hostname?: string;
  /** Kubernetes manifests to download at every boot for k3s to apply. */
  bootManifests?: BootManifest[];
  /** Shell commands to run in the initrd, before the root file system is mounted. */
  initCmd?: string[];
  /** Shell commands to run before services and the network start. */
  bootCmd?: string[];
  /** Shell commands to run after the network is online. */
  runCmd?: string[];
  /** Settings specific to HAOS. */
  haos?: Haos;
}

/** Files to write. */
export interface WriteFile {
  /** How `content` is encoded: plain text (empty), `b64`, `gz` or `gz+b64`; `base64` and `gzip` are the long names. */
  encoding?: string;
  /** The content of the file. YAML `!!binary` is accepted too. */
  content?: string;
  /** `user`, `user:group`, or numbers. */
  owner?: string;
  /** The absolute path. */
  path?: string;
  /** Octal permission bits, in quotes. */
  permissions?: string;
}

/** Kubernetes manifests to download at every boot for k3s to apply. */
export interface BootManifest {
  /** The URL of the manifest. The last part of the path is the file name, which must be unique. */
  url?: string;
  /** The SHA-256 digest of the manifest. If it differs, the manifest is not saved. */
  sha256?: string;
}

/** Settings specific to HAOS. */
export interface Haos {
  /** Where to look for a configuration from the cloud, in this order; the first that provides user data ends the search. */
  dataSources?: string[];
  /** Kernel modules to load, each optionally followed by parameters. */
  modules?: string[];
  /** Kernel settings, as in `/etc/sysctl.conf`. Values are strings. */
  sysctls?: Record<string, string>;
  /** Fallback time servers, used if connman knows no other. */
  ntpServers?: string[];
  /** Fallback name servers, used if neither DHCP nor a connman service file names one. */
  dnsNameservers?: string[];
  /** Wireless networks to join. */
  wifi?: Wifi[];
  /** The password of the user `rancher`, in clear text or as in the second field of `/etc/shadow`. Without it, the user has no password. */
  password?: string;
  /** The k3s server to join. With it the node is an agent, unless `k3s_args` says otherwise. */
  serverUrl?: string;
  /** The cluster secret or node token. */
  token?: string;
  /** Labels of the node, set when it first registers in Kubernetes. */
  labels?: Record<string, string>;
  /** Arguments of k3s, one per entry, beginning with `server` or `agent`. A flag and its value are joined by `=` or are two entries. */
  k3sArgs?: string[];
  /** Environment variables for k3s, configured commands and login sessions, mainly the proxies. */
  environment?: Record<string, string>;
  /** Taints of the node, set when it first registers in Kubernetes. */
  taints?: string[];
  /** The release that the shipped upgrade Plans name. Only servers have Plans; write the same on each. */
  upgrade?: Upgrade;
  /** Settings of the installer. They have no effect on an installed node. */
  install?: Install;
}

/** Wireless networks to join. */
export interface Wifi {
  /** The network name (SSID). */
  name?: string;
  /** The passphrase. Leave it out for an open network. */
  passphrase?: string;
}

/** The release that the shipped upgrade Plans name. Only servers have Plans; write the same on each. */
export interface Upgrade {
  /** Where the latest release is found: a URL that redirects to the version, such as `.../releases/latest`. Without it there is no channel. */
  channel?: string;
  /** The one release that the cluster is upgraded to. It overrides the channel. */
  version?: string;
  /** The upgrade image, without a tag: the tag is the version. */
  image?: string;
}

/** Settings of the installer. They have no effect on an installed node. */
export interface Install {
  /** Install for EFI even when the machine was not started by EFI. */
  forceEfi?: boolean;
  /** The disk to install to. With `no_format`, the partition of `HAOS_STATE`. */
  device?: string;
  /** Where to fetch the configuration that is installed as `/haos/system/config.yaml`. */
  configUrl?: string;
  /** Do not ask questions. */
  silent?: boolean;
  /** The image to install when the machine was not booted from it. */
  isoUrl?: string;
  /** The SHA-256 digest that the image of `iso_url` must have. It is then installed without a signature. */
  isoSha256?: string;
  /** Power off after the installation instead of rebooting. */
  powerOff?: boolean;
  /** Do not partition or format, because the layout exists already. */
  noFormat?: boolean;
  /** Log more, during the installation and on the installed system. */
  debug?: boolean;
  /** The console of the installed system; `auto` is the one in use. */
  tty?: string;
}
