// Generated from src/schema.ts by `npm run generate`; do not edit.

/** The configuration of one HAOS node. */
export interface CloudConfig {
  /** SSH keys that may log in as `rancher`: a public key, `github:USER`, `gitlab:USER`, or a URL that answers with keys. */
  sshAuthorizedKeys?: readonly string[];
  /** Files to write. */
  writeFiles?: readonly WriteFile[];
  /** The host name. Without it, the node keeps the name from DHCP or a generated one. */
  hostname?: string;
  /** Kubernetes manifests to download at every boot for k3s to apply. */
  bootManifests?: readonly BootManifest[];
  /** Shell commands to run in the initrd, before the root file system is mounted. */
  initCmd?: readonly string[];
  /** Shell commands to run before services and the network start. */
  bootCmd?: readonly string[];
  /** Shell commands to run after the network is online. */
  runCmd?: readonly string[];
  /** Settings specific to HAOS. */
  haos?: Haos;
}

/** Files to write. */
export interface WriteFile {
  /** How `content` is encoded: plain text (empty), `b64`, `gz` or `gz+b64`; `base64` and `gzip` are the long names. */
  encoding?: '' | 'text/plain' | 'b64' | 'base64' | 'gz' | 'gzip' | 'gz+b64' | 'gz+base64' | 'gzip+b64' | 'gzip+base64';
  /** The content of the file. YAML `!!binary` is accepted too. */
  content?: string;
  /** `user`, `user:group`, or numbers. */
  owner?: string;
  /** The absolute path. */
  path: string;
  /** Octal permission bits, in quotes. */
  permissions?: string;
}

/** Kubernetes manifests to download at every boot for k3s to apply. */
export interface BootManifest {
  /** The URL of the manifest. The last part of the path is the file name, which must be unique. */
  url: string;
  /** The SHA-256 digest of the manifest. If it differs, the manifest is not saved. */
  sha256?: string;
}

/** Settings specific to HAOS. */
export interface Haos {
  /** Where to look for a configuration from the cloud, in this order; the first that provides user data ends the search. */
  dataSources?: readonly ('aws' | 'cdrom' | 'digitalocean' | 'gcp' | 'hetzner' | 'openstack' | 'packet' | 'scaleway' | 'vultr')[];
  /** Kernel modules to load, each optionally followed by parameters. */
  modules?: readonly string[];
  /** Kernel settings, as in `/etc/sysctl.conf`. Values are strings. */
  sysctls?: Readonly<Record<string, string>>;
  /** How far security goes before compatibility. `strict` adds what some workloads cannot live with, such as no user namespaces for users and the lockdown of the kernel; docs/security.md lists it. `haos.sysctls` and `haos.modules` override it in part. To go back to `standard`, restart the node. */
  hardening?: 'standard' | 'strict';
  /** The time zone, by its name in the IANA database. `/etc/localtime` is linked to it. Without it the time is UTC. */
  timezone?: string;
  /** The layout of the keyboard at the screen, by the name that `loadkeys` takes, such as `uk`, `de-latin1`, `fr`, `sg-latin1` (Swiss German) or `br-abnt2`. Without it the layout is `us`. It does nothing on a machine with a serial console alone. */
  keyboard?: string;
  /** Settings of wired interfaces, VLANs and bonds. An interface that is not named gets its settings by DHCP. */
  network?: readonly Network[];
  /** Fallback time servers, used if connman knows no other. */
  ntpServers?: readonly string[];
  /** Fallback name servers, used if neither DHCP nor a connman service file names one. */
  dnsNameservers?: readonly string[];
  /** Wireless networks to join. */
  wifi?: readonly Wifi[];
  /** Further disks to mount. They have a file system already: nothing is ever formatted. k3s does not start while a disk for its data is missing. */
  mounts?: readonly Mount[];
  /** The password of the user `rancher`, in clear text or as in the second field of `/etc/shadow`. Without it, the user has no password. */
  password?: string;
  /** Who may log in by ssh, and how. An `/etc/ssh/sshd_config` of your own takes the place of all of it. */
  ssh?: Ssh;
  /** The k3s server to join. With it the node is an agent, unless `k3s_args` says otherwise. */
  serverUrl?: string;
  /** The cluster secret or node token. */
  token?: string;
  /** Labels of the node, set when it first registers in Kubernetes. */
  labels?: Readonly<Record<string, string>>;
  /** Arguments of k3s, one per entry, beginning with `server` or `agent`. A flag and its value are joined by `=` or are two entries. */
  k3sArgs?: readonly string[];
  /** Environment variables for k3s, configured commands and login sessions, mainly the proxies. */
  environment?: Readonly<Record<string, string>>;
  /** Taints of the node, set when it first registers in Kubernetes. */
  taints?: readonly string[];
  /** The release that the shipped upgrade Plans name. Only servers have Plans; write the same on each. */
  upgrade?: Upgrade;
  /** Whether a server installs the operator, with which `kubectl` configures and upgrades nodes. Turning it off removes nothing. */
  operator?: boolean;
  /** Settings of the installer. They have no effect on an installed node. */
  install?: Install;
}

/** Settings of wired interfaces, VLANs and bonds. An interface that is not named gets its settings by DHCP. */
export interface Network {
  /** The interface, as `ip link` shows it. It or `mac` is required; of a VLAN or a bond it is the new name. */
  interface?: string;
  /** The address of the card, in quotes; it counts where `interface` is given, too. */
  mac?: string;
  /** Static addresses with the length of their network: one of IPv4 and one of IPv6 at most. */
  addresses?: readonly string[];
  /** The router of each static address. Without one, nothing is routed through the interface. */
  gateways?: readonly string[];
  /** Name servers of this interface, by address. */
  nameservers?: readonly string[];
  /** Domains in which short names are looked up. */
  searchDomains?: readonly string[];
  /** Without a static address of IPv4: `dhcp` or `disabled`. */
  ipv4?: string;
  /** Without a static address of IPv6: `auto` or `disabled`. */
  ipv6?: string;
  /** Static routes through this interface: `NETWORK via ROUTER`, then `onlink` or `metric NUMBER` if needed. Without `via` the network is at the interface; `default` is every network. */
  routes?: readonly string[];
  /** The largest packet of this interface, in bytes: 68 to 65535. */
  mtu?: string;
  /** Makes `interface` a VLAN with this number, 1 to 4094, on `parent`. */
  vlan?: string;
  /** The interface that carries the VLAN, by name, or by the address of its card. */
  parent?: string;
  /** Makes `interface` a bond of these cards, by name or by their addresses. */
  bond?: readonly string[];
  /** How a bond uses its cards: `active-backup`, `802.3ad` (LACP), `balance-rr`, `balance-xor`, `balance-tlb`, `balance-alb` or `broadcast`. */
  bondMode?: string;
  /** Options of a bond, `NAME=VALUE`. Without `miimon` it is 100. */
  bondOptions?: readonly string[];
}

/** Wireless networks to join. */
export interface Wifi {
  /** The network name (SSID). */
  name: string;
  /** The passphrase. Leave it out for an open network. */
  passphrase?: string;
}

/** Further disks to mount. They have a file system already: nothing is ever formatted. k3s does not start while a disk for its data is missing. */
export interface Mount {
  /** `/dev/NAME`, `LABEL=NAME`, `UUID=...`, `PARTLABEL=NAME` or `PARTUUID=...`. */
  device: string;
  /** Where it is mounted; the directory is made. */
  path: string;
  /** The file system. Without it, it is recognised. */
  type?: string;
  /** Options of mount(8), one in each item. A password belongs into a file that `credentials=` names. */
  options?: readonly string[];
}

/** Who may log in by ssh, and how. An `/etc/ssh/sshd_config` of your own takes the place of all of it. */
export interface Ssh {
  /** Whether a password is enough to log in by ssh, such as that of `haos.password`. */
  passwordAuthentication?: boolean;
  /** The only users who may log in by ssh, so name `rancher` as well. Patterns and `USER@HOST` are as in sshd_config(5); `root` never may. */
  allowUsers?: readonly string[];
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
  /** For a machine with own keys: the signed boot image, which is installed with systemd-boot, from beside it, instead of GRUB. With a slash at its end: the place of a release. */
  bootImage?: string;
  /** The disk to install to. With `no_format`, the partition of `HAOS_STATE`. */
  device?: string;
  /** Where to fetch the configuration that is installed as `/haos/system/config.yaml`. */
  configUrl?: string;
  /** Do not ask questions. */
  silent?: boolean;
  /** The image to install when the machine was not booted from it. A URL with a slash at its end names a release, of which the ISO for the machine is taken. */
  isoUrl?: string;
  /** The SHA-256 digest that the image of `iso_url` must have. It is then installed without a signature. */
  isoSha256?: string;
  /** The kernel to install: `generic` starts on every machine, `cloud` is small and has drivers for virtual machines only. Default: the one that the image boots, which is `generic` in a release. */
  kernel?: 'generic' | 'cloud';
  /** Power off after the installation instead of rebooting. */
  powerOff?: boolean;
  /** Do not partition or format, because the layout exists already. */
  noFormat?: boolean;
  /** Encrypt the persistent data and the configuration. `passphrase`: the console asks for it at each boot. `both`: it asks once, and then the TPM opens them, as long as the node is started as it was; this needs `boot_image`. */
  encrypt?: 'passphrase' | 'both';
  /** A file of the running system with the passphrase of `encrypt`, which only its owner may read. Default: the installer asks. */
  passphraseFile?: string;
  /** Log more, during the installation and on the installed system. */
  debug?: boolean;
  /** The console of the installed system; `auto` is the one in use. */
  tty?: string;
}
