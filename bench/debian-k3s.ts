import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { commandRunner } from '../os/src/command.js';
import { readHostApt } from '../os/src/host-apt.js';
import { readVersions } from '../os/src/versions.js';
import { must } from '../tests/loop/loop-disk.js';
import { makeStep, writeInitrd } from '../tests/vm/debian-guest.js';
import { sizeDisk } from '../tests/vm/image.js';
import { ROOT } from '../tests/vm/paths.js';

const PACKAGES = [
  ...['systemd-sysv', 'udev', 'dbus', 'kmod', 'mount', 'procps', 'util-linux-extra', 'apparmor'],
  ...['iproute2', 'iptables', 'conntrack', 'ca-certificates', 'curl'],
];

/** The directory in which k3s finds archives of images. */
export const IMAGES = '/var/lib/rancher/k3s/agent/images';

/**
 * The units that start with the system: k3s, much as its installer sets it up, and the watcher of
 * the benchmark.
 */
const UNITS = {
  'k3s.service': `[Unit]
Wants=network-online.target
After=network-online.target
[Service]
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s server
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
Restart=always
RestartSec=5s
[Install]
WantedBy=multi-user.target
`,
  'bench.service': `[Service]
ExecStart=/bin/sh ${IMAGES}/kubernetes-watch.sh
[Install]
WantedBy=multi-user.target
`,
};

export interface DebianK3s {
  /** The file of a disk with a file system and without partitions. */
  disk: string;
  initrd: string;
}

/** What the node runs, and where its disk is kept. */
export interface DebianRecipe {
  k3s: string;
  /** The content of k3s's configuration file. */
  config: string;
  cache: string;
}

/**
 * Creates a Debian with systemd, the kernel and modules of HAOS, and k3s, once per content. It
 * mounts its second disk, `/dev/vdb`, where k3s finds archives of images. The watcher of the
 * benchmark is in the image, too.
 */
export async function makeDebianK3s({ k3s, config, cache }: DebianRecipe): Promise<DebianK3s> {
  const { suite } = readVersions(ROOT).debian;
  const kernel = makeStep('kernel');
  const hash = createHash('sha256').update([suite, kernel, config].join('\0'));
  for (const file of [k3s, import.meta.filename]) hash.update(readFileSync(file));
  const directory = join(cache, `debian-${hash.digest('hex').slice(0, 16)}`);
  const made = { disk: join(directory, 'disk'), initrd: join(directory, 'initrd') };
  if (existsSync(directory)) return made;
  const old = readdirSync(cache).filter((name) => name.startsWith('debian-'));
  for (const name of old) rmSync(join(cache, name), { recursive: true }); // a gigabyte each
  const work = mkdtempSync(join(cache, 'debian-work-'));
  const root = join(work, 'root');
  const done = join(work, 'done');
  mkdirSync(done);
  await installPackages(suite, work, root);
  must('cp', '-a', join(kernel, 'cloud/tree/lib/modules'), join(root, 'usr/lib'));
  copyFileSync(k3s, join(root, 'usr/local/bin/k3s'));
  setUp(root, config);
  sizeDisk(join(done, 'disk'), 8000);
  must('mkfs.ext4', '-q', '-F', '-d', root, join(done, 'disk'));
  writeInitrd(join(done, 'initrd'), { tree: join(work, 'initrd'), device: '/dev/vda' });
  renameSync(done, directory);
  rmSync(work, { recursive: true });
  return made;
}

async function installPackages(suite: string, work: string, root: string): Promise<void> {
  const run = commandRunner(join(work, 'log'), 0);
  const apt = await readHostApt(suite, run);
  const sources = join(work, 'sources.list');
  writeFileSync(sources, apt.sources);
  await run('mmdebstrap', [
    ...['--mode=root', '--variant=minbase', '--format=directory', '--architectures=amd64'],
    `--include=${PACKAGES.join(',')}`,
    ...apt.options.map((option) => `--aptopt=${option}`),
    ...[suite, root, sources],
  ]);
}

function setUp(root: string, config: string): void {
  const files: Record<string, string> = {
    'etc/fstab': `/dev/vda / ext4 defaults 0 0\n/dev/vdb ${IMAGES} squashfs ro 0 0\n`,
    'etc/hostname': 'bench\n',
    'etc/hosts': '127.0.0.1 localhost\n127.0.1.1 bench\n',
    'etc/machine-id': `${'0123456789abcdef'.repeat(2)}\n`, // else systemd treats this as a first boot
    'etc/resolv.conf': 'nameserver 10.0.2.3\n',
    'etc/systemd/network/ether.network': '[Match]\nName=e*\n[Network]\nDHCP=yes\n',
    'etc/rancher/k3s/config.yaml': config,
  };
  for (const [name, text] of Object.entries(UNITS)) files[`etc/systemd/system/${name}`] = text;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, IMAGES), { recursive: true });
  must('chmod', '755', join(root, 'usr/local/bin/k3s'));
  must('chroot', root, 'systemctl', 'enable', '--quiet', 'systemd-networkd', ...Object.keys(UNITS));
}
