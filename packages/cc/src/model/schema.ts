import { KERNEL_KINDS, PROJECT } from '@haos/system/internal';
import type { KeyDefinition } from './key.js';
import { MAX_HOSTNAME, PATTERNS } from './patterns.js';
import { DATA_SOURCES, ENCODINGS } from './values.js';

/**
 * One documented key. This is the only place that describes it. `npm run generate` writes what
 * every start needs of it to `generated/keys.ts`.
 */
export interface DescribedKey extends Omit<KeyDefinition, 'spellings' | 'keys'> {
  readonly description: string;
  /** Values as written in YAML, for the reference page and for editors. */
  readonly examples: readonly unknown[];
  /** Spellings in addition to those derived from the name. */
  readonly aliases?: readonly string[];
  /** Every item must have it. */
  readonly required?: true;
  readonly default?: string;
  /** The only allowed values. */
  readonly values?: readonly string[];
  /** What a text must match (`patterns.ts`); its check may want more. */
  readonly pattern?: string;
  /** What each name of a map of texts must match. */
  readonly namePattern?: string;
  /** UTF-16 units. */
  readonly maxLength?: number;
  readonly keys?: readonly DescribedKey[];
  /** Name of the generated TypeScript interface of a section or an item. */
  readonly type?: string;
}

const ALL_PHASES = ['initrd', 'boot', 'runtime'] as const;
const BOOT_AND_RUNTIME = ['boot', 'runtime'] as const;

const installKeys: readonly DescribedKey[] = [
  {
    name: 'forceEfi',
    kind: 'boolean',
    aliases: ['efi'],
    description: 'Install for EFI even when the machine was not started by EFI.',
    examples: [true],
  },
  {
    name: 'bootImage',
    kind: 'string',
    pattern: PATTERNS.httpOrPath,
    description:
      'For a machine with own keys: the signed boot image, which is installed with systemd-boot, from beside it, instead of GRUB. With a slash at its end: the place of a release.',
    examples: ['https://releases.example/haos-boot-amd64.efi'],
  },
  {
    name: 'device',
    kind: 'string',
    pattern: PATTERNS.device,
    description: 'The disk to install to. With `no_format`, the partition of `HAOS_STATE`.',
    examples: ['/dev/vda'],
  },
  {
    name: 'configUrl',
    kind: 'string',
    pattern: PATTERNS.httpOrPath,
    description: 'Where to fetch the configuration that is installed as `/haos/system/config.yaml`.',
    examples: ['https://config.example/node.yaml'],
  },
  {
    name: 'silent',
    kind: 'boolean',
    description: 'Do not ask questions.',
    examples: [true],
  },
  {
    name: 'isoUrl',
    kind: 'string',
    pattern: PATTERNS.httpOrPath,
    description:
      'The image to install when the machine was not booted from it. A URL with a slash at its end names a release, of which the ISO for the machine is taken.',
    examples: ['https://releases.example/haos-amd64.iso'],
  },
  {
    name: 'isoSha256',
    kind: 'string',
    pattern: PATTERNS.sha256,
    description:
      'The SHA-256 digest that the image of `iso_url` must have. It is then installed without a signature.',
    examples: ['cba52c6d5a71c04d7e517ced1328ec310f76e07d3727810da2a2d97c7196ede3'],
  },
  {
    name: 'kernel',
    kind: 'string',
    values: KERNEL_KINDS,
    description:
      'The kernel to install: `generic` starts on every machine, `cloud` is small and has drivers for virtual machines only. Default: the one that the image boots, which is `generic` in a release.',
    examples: ['cloud'],
  },
  {
    name: 'powerOff',
    kind: 'boolean',
    description: 'Power off after the installation instead of rebooting.',
    examples: [true],
  },
  {
    name: 'noFormat',
    kind: 'boolean',
    description: 'Do not partition or format, because the layout exists already.',
    examples: [true],
  },
  {
    name: 'encrypt',
    kind: 'string',
    values: ['passphrase', 'both'],
    description:
      'Encrypt the persistent data and the configuration. `passphrase`: the console asks for it at each boot. `both`: it asks once, and then the TPM opens them, as long as the node is started as it was; this needs `boot_image`.',
    examples: ['passphrase', 'both'],
  },
  {
    name: 'passphraseFile',
    kind: 'string',
    pattern: PATTERNS.path,
    description:
      'A file of the running system with the passphrase of `encrypt`, which only its owner may read. Default: the installer asks.',
    examples: ['/run/passphrase'],
  },
  {
    name: 'debug',
    kind: 'boolean',
    description: 'Log more, during the installation and on the installed system.',
    examples: [true],
  },
  {
    name: 'tty',
    kind: 'string',
    description: 'The console of the installed system; `auto` is the one in use.',
    default: 'auto',
    examples: ['ttyS0'],
  },
];

const upgradeKeys: readonly DescribedKey[] = [
  {
    name: 'channel',
    kind: 'string',
    pattern: PATTERNS.http,
    description:
      'Where the latest release is found: a URL that redirects to the version, such as `.../releases/latest`. Without it there is no channel.',
    phases: ['runtime'],
    examples: ['https://releases.example/haos/latest'],
  },
  {
    name: 'version',
    kind: 'string',
    pattern: PATTERNS.version,
    description: 'The one release that the cluster is upgraded to. It overrides the channel.',
    phases: ['runtime'],
    examples: ['v1.2.0'],
  },
  {
    name: 'image',
    kind: 'string',
    pattern: PATTERNS.image,
    default: PROJECT.image,
    description: 'The upgrade image, without a tag: the tag is the version.',
    phases: ['runtime'],
    examples: ['registry.example.com/haos'],
  },
];

const sshKeys: readonly DescribedKey[] = [
  {
    name: 'passwordAuthentication',
    kind: 'boolean',
    default: 'false',
    description: 'Whether a password is enough to log in by ssh, such as that of `haos.password`.',
    phases: BOOT_AND_RUNTIME,
    examples: [true],
  },
  {
    name: 'allowUsers',
    kind: 'strings',
    default: 'rancher',
    description:
      'The only users who may log in by ssh, so name `rancher` as well. Patterns and `USER@HOST` are as in sshd_config(5); `root` never may.',
    phases: BOOT_AND_RUNTIME,
    examples: [['rancher', 'ops@10.1.0.0/24']],
  },
];

const haosKeys: readonly DescribedKey[] = [
  {
    name: 'dataSources',
    kind: 'strings',
    description:
      'Where to look for a configuration from the cloud, in this order; the first that provides user data ends the search.',
    values: DATA_SOURCES,
    phases: ['runtime'],
    examples: [['openstack', 'cdrom']],
  },
  {
    name: 'modules',
    kind: 'strings',
    description: 'Kernel modules to load, each optionally followed by parameters.',
    phases: ALL_PHASES,
    examples: [['kvm', 'nvme poll_queues=4']],
  },
  {
    name: 'sysctls',
    kind: 'string-map',
    description: 'Kernel settings, as in `/etc/sysctl.conf`. Values are strings.',
    phases: ALL_PHASES,
    examples: [{ 'kernel.printk': '4 4 1 7', 'kernel.kptr_restrict': '1' }],
  },
  {
    name: 'hardening',
    kind: 'string',
    values: ['standard', 'strict'],
    default: 'standard',
    description:
      'How far security goes before compatibility. `strict` adds what some workloads cannot live with, such as no user namespaces for users and the lockdown of the kernel; docs/security.md lists it. `haos.sysctls` and `haos.modules` override it in part. To go back to `standard`, restart the node.',
    phases: BOOT_AND_RUNTIME,
    examples: ['strict'],
  },
  {
    name: 'timezone',
    kind: 'string',
    description:
      'The time zone, by its name in the IANA database. `/etc/localtime` is linked to it. Without it the time is UTC.',
    phases: BOOT_AND_RUNTIME,
    examples: ['Europe/Berlin'],
  },
  {
    name: 'keyboard',
    kind: 'string',
    description:
      'The layout of the keyboard at the screen, by the name that `loadkeys` takes, such as `uk`, `de-latin1`, `fr`, `sg-latin1` (Swiss German) or `br-abnt2`. Without it the layout is `us`. It does nothing on a machine with a serial console alone.',
    phases: BOOT_AND_RUNTIME,
    examples: ['de-latin1'],
  },
  {
    name: 'network',
    kind: 'items',
    type: 'Network',
    description:
      'Settings of wired interfaces, VLANs and bonds. An interface that is not named gets its settings by DHCP.',
    phases: BOOT_AND_RUNTIME,
    examples: [
      [
        {
          interface: 'eth0',
          addresses: ['10.1.0.11/24'],
          gateways: ['10.1.0.1'],
          nameservers: ['10.1.0.1'],
          searchDomains: ['lan.example'],
        },
      ],
    ],
    keys: [
      {
        name: 'interface',
        kind: 'string',
        description:
          'The interface, as `ip link` shows it. It or `mac` is required; of a VLAN or a bond it is the new name.',
        examples: ['eth0'],
      },
      {
        name: 'mac',
        kind: 'string',
        description: 'The address of the card, in quotes; it counts where `interface` is given, too.',
        examples: ['52:54:00:12:34:56'],
      },
      {
        name: 'addresses',
        kind: 'strings',
        description:
          'Static addresses with the length of their network: one of IPv4 and one of IPv6 at most.',
        examples: [['10.1.0.11/24', 'fd00::11/64']],
      },
      {
        name: 'gateways',
        kind: 'strings',
        description:
          'The router of each static address. Without one, nothing is routed through the interface.',
        examples: [['10.1.0.1']],
      },
      {
        name: 'nameservers',
        kind: 'strings',
        description: 'Name servers of this interface, by address.',
        examples: [['10.1.0.1']],
      },
      {
        name: 'searchDomains',
        kind: 'strings',
        description: 'Domains in which short names are looked up.',
        examples: [['lan.example']],
      },
      {
        name: 'ipv4',
        kind: 'string',
        default: 'dhcp',
        description: 'Without a static address of IPv4: `dhcp` or `disabled`.',
        examples: ['disabled'],
      },
      {
        name: 'ipv6',
        kind: 'string',
        default: 'auto',
        description: 'Without a static address of IPv6: `auto` or `disabled`.',
        examples: ['disabled'],
      },
      {
        name: 'routes',
        kind: 'strings',
        description:
          'Static routes through this interface: `NETWORK via ROUTER`, then `onlink` or `metric NUMBER` if needed. Without `via` the network is at the interface; `default` is every network.',
        examples: [['10.2.0.0/16 via 10.1.0.254', '10.3.0.0/16 via 10.1.0.253 metric 100']],
      },
      {
        name: 'mtu',
        kind: 'string',
        numeric: true,
        description: 'The largest packet of this interface, in bytes: 68 to 65535.',
        examples: ['9000'],
      },
      {
        name: 'vlan',
        kind: 'string',
        numeric: true,
        description: 'Makes `interface` a VLAN with this number, 1 to 4094, on `parent`.',
        examples: ['100'],
      },
      {
        name: 'parent',
        kind: 'string',
        description: 'The interface that carries the VLAN, by name, or by the address of its card.',
        examples: ['eth0'],
      },
      {
        name: 'bond',
        kind: 'strings',
        description: 'Makes `interface` a bond of these cards, by name or by their addresses.',
        examples: [['eth0', 'eth1']],
      },
      {
        name: 'bondMode',
        kind: 'string',
        default: 'active-backup',
        description:
          'How a bond uses its cards: `active-backup`, `802.3ad` (LACP), `balance-rr`, `balance-xor`, `balance-tlb`, `balance-alb` or `broadcast`.',
        examples: ['802.3ad'],
      },
      {
        name: 'bondOptions',
        kind: 'strings',
        description: 'Options of a bond, `NAME=VALUE`. Without `miimon` it is 100.',
        examples: [['xmit_hash_policy=layer3+4', 'lacp_rate=fast']],
      },
    ],
  },
  {
    name: 'ntpServers',
    kind: 'strings',
    description: 'Fallback time servers, used if connman knows no other.',
    phases: BOOT_AND_RUNTIME,
    examples: [['0.us.pool.ntp.org', '1.us.pool.ntp.org']],
  },
  {
    name: 'dnsNameservers',
    kind: 'strings',
    description: 'Fallback name servers, used if neither DHCP nor a connman service file names one.',
    phases: BOOT_AND_RUNTIME,
    examples: [['8.8.8.8', '1.1.1.1']],
  },
  {
    name: 'wifi',
    kind: 'items',
    type: 'Wifi',
    description: 'Wireless networks to join.',
    phases: BOOT_AND_RUNTIME,
    examples: [[{ name: 'home', passphrase: 'mypassword' }]],
    keys: [
      {
        name: 'name',
        kind: 'string',
        required: true,
        description: 'The network name (SSID).',
        examples: ['home'],
      },
      {
        name: 'passphrase',
        kind: 'string',
        secret: true,
        aliases: ['pass', 'password'],
        description: 'The passphrase. Leave it out for an open network.',
        examples: ['mypassword'],
      },
    ],
  },
  {
    name: 'mounts',
    kind: 'items',
    type: 'Mount',
    description:
      'Further disks to mount. They have a file system already: nothing is ever formatted. k3s does not start while a disk for its data is missing.',
    phases: BOOT_AND_RUNTIME,
    examples: [[{ device: 'LABEL=data', path: '/var/lib/rancher/k3s/storage', options: ['noatime'] }]],
    keys: [
      {
        name: 'device',
        kind: 'string',
        required: true,
        description: '`/dev/NAME`, `LABEL=NAME`, `UUID=...`, `PARTLABEL=NAME` or `PARTUUID=...`.',
        examples: ['LABEL=data'],
      },
      {
        name: 'path',
        kind: 'string',
        required: true,
        description: 'Where it is mounted; the directory is made.',
        examples: ['/srv/data'],
      },
      {
        name: 'type',
        kind: 'string',
        default: 'auto',
        description: 'The file system. Without it, it is recognised.',
        examples: ['ext4'],
      },
      {
        name: 'options',
        kind: 'strings',
        description:
          'Options of mount(8), one in each item. A password belongs into a file that `credentials=` names.',
        examples: [['noatime', 'ro']],
      },
    ],
  },
  {
    name: 'password',
    kind: 'string',
    secret: true,
    description:
      'The password of the user `rancher`, in clear text or as in the second field of `/etc/shadow`. Without it, the user has no password.',
    phases: ALL_PHASES,
    examples: ['$6$rounds=4096$saltsalt$0rZ1cS9sqm3t...', 'supersecure'],
  },
  {
    name: 'ssh',
    kind: 'section',
    type: 'Ssh',
    description:
      'Who may log in by ssh, and how. An `/etc/ssh/sshd_config` of your own takes the place of all of it.',
    keys: sshKeys,
    examples: [],
  },
  {
    name: 'serverUrl',
    kind: 'string',
    pattern: PATTERNS.https,
    description: 'The k3s server to join. With it the node is an agent, unless `k3s_args` says otherwise.',
    phases: BOOT_AND_RUNTIME,
    examples: ['https://myserver:6443'],
  },
  {
    name: 'token',
    kind: 'string',
    secret: true,
    description: 'The cluster secret or node token.',
    phases: BOOT_AND_RUNTIME,
    examples: ['myclustersecret'],
  },
  {
    name: 'labels',
    kind: 'string-map',
    namePattern: PATTERNS.labelName,
    pattern: PATTERNS.labelValue,
    description: 'Labels of the node, set when it first registers in Kubernetes.',
    phases: BOOT_AND_RUNTIME,
    examples: [{ region: 'us-west-1', somekey: 'somevalue' }],
  },
  {
    name: 'k3sArgs',
    kind: 'strings',
    description:
      'Arguments of k3s, one per entry, beginning with `server` or `agent`. A flag and its value are joined by `=` or are two entries.',
    phases: BOOT_AND_RUNTIME,
    examples: [['server', '--cluster-cidr=10.107.0.0/23', '--service-cidr', '10.107.1.0/23']],
  },
  {
    name: 'environment',
    kind: 'string-map',
    description: 'Environment variables for k3s, configured commands and login sessions, mainly the proxies.',
    phases: ALL_PHASES,
    examples: [{ http_proxy: 'http://myserver', https_proxy: 'http://myserver' }],
  },
  {
    name: 'taints',
    kind: 'strings',
    pattern: PATTERNS.taint,
    description: 'Taints of the node, set when it first registers in Kubernetes.',
    phases: BOOT_AND_RUNTIME,
    examples: [['key1=value1:NoSchedule', 'key1=value1:NoExecute']],
  },
  {
    name: 'upgrade',
    kind: 'section',
    type: 'Upgrade',
    description:
      'The release that the shipped upgrade Plans name. Only servers have Plans; write the same on each.',
    keys: upgradeKeys,
    examples: [],
  },
  {
    name: 'operator',
    kind: 'boolean',
    default: 'false',
    description:
      'Whether a server installs the operator, with which `kubectl` configures and upgrades nodes. Turning it off removes nothing.',
    phases: ['runtime'],
    examples: [true],
  },
  {
    name: 'install',
    kind: 'section',
    type: 'Install',
    description: 'Settings of the installer. They have no effect on an installed node.',
    keys: installKeys,
    examples: [],
  },
];

const topKeys: readonly DescribedKey[] = [
  {
    name: 'sshAuthorizedKeys',
    kind: 'strings',
    description:
      'SSH keys that may log in as `rancher`: a public key, `github:USER`, `gitlab:USER`, or a URL that answers with keys.',
    phases: BOOT_AND_RUNTIME,
    examples: [
      [
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g me@laptop',
        'github:ibuildthecloud',
      ],
    ],
  },
  {
    name: 'writeFiles',
    kind: 'items',
    type: 'WriteFile',
    description: 'Files to write.',
    phases: ALL_PHASES,
    examples: [
      [
        {
          path: '/etc/sysconfig/samba',
          content: 'SMDBOPTIONS="-D"\n',
          owner: 'root:root',
          permissions: '0644',
        },
      ],
    ],
    keys: [
      {
        name: 'encoding',
        kind: 'string',
        values: ENCODINGS,
        default: '',
        description:
          'How `content` is encoded: plain text (empty), `b64`, `gz` or `gz+b64`; `base64` and `gzip` are the long names.',
        examples: ['b64'],
      },
      {
        name: 'content',
        kind: 'string',
        description: 'The content of the file. YAML `!!binary` is accepted too.',
        examples: ['hello\n'],
      },
      {
        name: 'owner',
        kind: 'string',
        default: 'root:root',
        description: '`user`, `user:group`, or numbers.',
        examples: ['root:root'],
      },
      {
        name: 'path',
        kind: 'string',
        pattern: PATTERNS.path,
        required: true,
        description: 'The absolute path.',
        examples: ['/etc/crontab'],
      },
      {
        name: 'permissions',
        kind: 'string',
        pattern: PATTERNS.permissions,
        default: '0644',
        description: 'Octal permission bits, in quotes.',
        examples: ['0755'],
      },
    ],
  },
  {
    name: 'hostname',
    kind: 'string',
    pattern: PATTERNS.hostname,
    maxLength: MAX_HOSTNAME,
    description: 'The host name. Without it, the node keeps the name from DHCP or a generated one.',
    phases: ALL_PHASES,
    examples: ['myhostname'],
  },
  {
    name: 'bootManifests',
    kind: 'items',
    type: 'BootManifest',
    description: 'Kubernetes manifests to download at every boot for k3s to apply.',
    phases: ['runtime'],
    examples: [
      [
        {
          url: 'https://manifests.example/demo.yaml',
          sha256: 'cba52c6d5a71c04d7e517ced1328ec310f76e07d3727810da2a2d97c7196ede3',
        },
      ],
    ],
    keys: [
      {
        name: 'url',
        kind: 'string',
        pattern: PATTERNS.http,
        required: true,
        description:
          'The URL of the manifest. The last part of the path is the file name, which must be unique.',
        examples: ['https://manifests.example/demo.yaml'],
      },
      {
        name: 'sha256',
        kind: 'string',
        pattern: PATTERNS.sha256,
        description: 'The SHA-256 digest of the manifest. If it differs, the manifest is not saved.',
        examples: ['cba52c6d5a71c04d7e517ced1328ec310f76e07d3727810da2a2d97c7196ede3'],
      },
    ],
  },
  {
    name: 'initCmd',
    kind: 'strings',
    description: 'Shell commands to run in the initrd, before the root file system is mounted.',
    phases: ['initrd'],
    examples: [['echo hello, init command']],
  },
  {
    name: 'bootCmd',
    kind: 'strings',
    description: 'Shell commands to run before services and the network start.',
    phases: ['boot'],
    examples: [['echo hello, boot command']],
  },
  {
    name: 'runCmd',
    kind: 'strings',
    description: 'Shell commands to run after the network is online.',
    phases: ['runtime'],
    examples: [['echo hello, run command']],
  },
  {
    name: 'haos',
    kind: 'section',
    type: 'Haos',
    description: 'Settings specific to HAOS.',
    keys: haosKeys,
    examples: [],
  },
];

/**
 * The whole configuration. The types, the validator, the published JSON Schema, the reference page,
 * the spellings and the list of secrets are all derived from it.
 */
export const configSchema: DescribedKey = {
  name: '',
  kind: 'section',
  type: 'CloudConfig',
  description: 'The configuration of one HAOS node.',
  keys: topKeys,
  examples: [],
};
