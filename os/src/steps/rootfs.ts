import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addAccounts } from '../accounts.js';
import { hardenTree } from '../harden-tree.js';
import { renderOsRelease } from '../os-release.js';
import { copyOverlay, placeFile, placeLink } from '../overlay.js';
import { packSquashfs } from '../pack-squashfs.js';
import { readServices, readTrimmed } from '../packages.js';
import { listPublicKeys } from '../sign.js';
import type { Step, StepContext } from '../step.js';
import { trim } from '../trim.js';

/**
 * Left out from Debian's /etc: services of other init systems, files that belong to one machine,
 * keys above all, and those of programs that left-out.json leaves out.
 */
const DROPPED = [
  'init.d',
  'runlevels',
  'conf.d',
  'cron.d',
  'cron.daily',
  'machine-id',
  'hostname',
  'resolv.conf',
  // So that `ln -s` and `cp` of a configuration work; without it the time is UTC.
  'localtime',
  'motd',
  'apt',
  'dpkg',
  'ssh/ssh_host_*',
  'iscsi/initiatorname.iscsi',
  'pam.d/vmtoolsd',
  'vmware-tools/scripts',
  'vmware-tools/tools.conf.example',
  'vmware-tools/vgauth',
  'vmware-tools/vgauth.conf',
].map((path) => `etc/${path}`);

/** Directories that are empty in the image; configurations add files to them. */
const FOR_CONFIGURATIONS = ['conf.d', 'local.d', 'runlevels/sysinit'];

/** Links below /usr, the only directory in an image. */
const LINKS: Readonly<Record<string, string>> = {
  // The first process is busybox, and only its own programs can talk to it.
  'sbin/init': '../bin/busybox',
  'sbin/poweroff': '../bin/busybox',
  'sbin/reboot': '../bin/busybox',
  'sbin/halt': '../bin/busybox',
  // The k3s of the booted set; early boot creates this link.
  'sbin/k3s': '/run/haos/k3s',
  // k3s runs as the program that its name says; /usr/bin/kubectl starts this one.
  'lib/haos/k3s/kubectl': '../../../sbin/k3s',
  'bin/crictl': '../sbin/k3s',
  'bin/ctr': '../sbin/k3s',
  // Seed: "run sudo HAOS install".
  'sbin/HAOS': 'haos',
  'bin/vi': 'vim.tiny',
  local: '/var/local',
};

/**
 * Programs that users of such nodes expect and that no package in the image contains: busybox
 * provides them.
 */
const FROM_BUSYBOX = [
  'arp',
  'arping',
  'bc',
  'bunzip2',
  'bzip2',
  'cpio',
  'dos2unix',
  'ed',
  'hexdump',
  'ifconfig',
  'ipcalc',
  'killall',
  'microcom',
  'nc',
  'netstat',
  'nslookup',
  'patch',
  'route',
  'strings',
  'telnet',
  'tftp',
  'time',
  'traceroute',
  'traceroute6',
  'unix2dos',
  'unzip',
  'wget',
  'xxd',
];

/**
 * Makes `rootfs.squashfs`: all of /usr, with the template of /etc inside, in a compression from
 * which programs start fast, followed by a hash tree. `rootfs.squashfs.verity` describes it.
 */
export const rootfs: Step = {
  name: 'rootfs',
  title: 'root image',
  needs: ['userland', 'node', 'licenses', 'operator-image'],
  recipe: fileURLToPath(import.meta.url),
  files: [
    'os/overlay/rootfs',
    'os/keys',
    'os/packages/left-out.json',
    'os/packages/services.json',
    'bin/dist',
    'bin/haos.cjs',
    'bin/build-cache.cjs',
  ],
  settings: ['version'],
  async make(context) {
    const { source, of, out, options, epoch, run } = context;
    const tree = join(out, 'tree');
    await run('cp', ['-a', join(of('userland'), 'tree'), tree]);
    trim(tree, [...readTrimmed(source), ...DROPPED]);
    copyOverlay(source('os/overlay/rootfs'), tree);
    for (const name of FOR_CONFIGURATIONS) mkdirSync(join(tree, 'etc', name), { recursive: true });
    addAccounts(join(tree, 'etc'), epoch);
    hardenTree(tree);
    enableServices(tree, readServices(source));
    await addPrograms(context, tree);
    for (const [path, target] of Object.entries(LINKS)) placeLink(join(tree, 'usr', path), target);
    await linkBusybox(context, tree);
    for (const name of ['modules', 'firmware']) mkdirSync(join(tree, 'usr/lib', name), { recursive: true });
    stampVersion(tree, options.version);
    addKeys(source('os/keys'), tree);
    // Debian keeps those of its packages in the same place.
    placeFile(join(of('licenses'), 'licenses.txt'), join(tree, 'usr/share/doc/haos/copyright'));
    // Each boot links it to where k3s imports images (boot/images.sh).
    placeFile(
      join(of('operator-image'), 'operator.tar'),
      join(tree, 'usr/share/haos/images/operator.tar'),
      0o644,
    );
    await computeDependencies(context, tree);
    // Not at /usr/etc: OpenRC also looks for services there, and fails if it finds each of them
    // twice.
    renameSync(join(tree, 'etc'), join(tree, 'usr/share/haos/etc'));
    const image = join(out, 'rootfs.squashfs');
    const compression = ['-comp', 'zstd', '-Xcompression-level', '6', '-b', '256K'];
    await packSquashfs(context, join(tree, 'usr'), { image, compression });
    rmSync(tree, { recursive: true });
  },
};

/**
 * Links programs to busybox. Fails for a program that busybox lacks, and for one that a package
 * contains.
 */
async function linkBusybox({ run }: StepContext, tree: string): Promise<void> {
  const known = (await run(join(tree, 'usr/bin/busybox'), ['--list'])).split('\n');
  for (const name of FROM_BUSYBOX) {
    const rival = ['bin', 'sbin'].find((directory) => existsSync(join(tree, 'usr', directory, name)));
    if (!known.includes(name)) throw new Error(`busybox does not have ${name}`);
    if (rival !== undefined) throw new Error(`/usr/${rival}/${name} exists already`);
    placeLink(join(tree, 'usr/bin', name), 'busybox');
  }
}

function enableServices(tree: string, services: Readonly<Record<string, readonly string[]>>): void {
  for (const [runlevel, names] of Object.entries(services)) {
    for (const name of names) placeLink(join(tree, 'etc/runlevels', runlevel, name), `/etc/init.d/${name}`);
  }
}

/** Adds Node, and the command line program with its code cache, which that Node creates. */
async function addPrograms({ source, of, run }: StepContext, tree: string): Promise<void> {
  const library = join(tree, 'usr/lib/haos');
  const cli = join(library, 'cli');
  mkdirSync(join(cli, 'dist'), { recursive: true });
  placeFile(join(of('node'), 'node'), join(library, 'node'), 0o755);
  for (const name of ['haos.cjs', 'build-cache.cjs']) copyFileSync(source(`bin/${name}`), join(cli, name));
  for (const name of readdirSync(source('bin/dist')).filter((file) => file.endsWith('.cjs'))) {
    copyFileSync(source(`bin/dist/${name}`), join(cli, 'dist', name));
  }
  // With the libraries of the image, which may be for another architecture.
  const node = (script: string, ...args: string[]) =>
    run('chroot', [tree, '/usr/lib/haos/node', `/usr/lib/haos/cli/${script}`, ...args]);
  await node('build-cache.cjs');
  rmSync(join(cli, 'build-cache.cjs'));
  const haos = (...args: string[]) => node('haos.cjs', ...args);
  await haos('--version'); // fails if it is not built
  await haos('help', '--man', '/usr/share/man/man1');
  const completions = join(tree, 'usr/share/bash-completion/completions');
  // Under both names, because bash looks for a file with the name of the program.
  writeFileSync(join(completions, 'haos'), await haos('completion', 'bash'));
  placeLink(join(completions, 'HAOS'), 'haos');
}

/**
 * The service of k3s as the dependencies know it. The configuration writes the whole one at each
 * boot, with the same dependencies.
 */
export const K3S_SERVICE = `#!/sbin/openrc-run
depend() {
	want cgroups
	after connman
}
`;

/**
 * Precomputes the dependencies of services: otherwise OpenRC asks every script at each boot, which
 * takes longer than starting most of them.
 */
async function computeDependencies({ run }: StepContext, tree: string): Promise<void> {
  const k3s = join(tree, 'etc/init.d/k3s-service');
  writeFileSync(k3s, K3S_SERVICE, { mode: 0o755 });
  await run('chroot', [tree, '/usr/sbin/rc-update', '--update']);
  rmSync(k3s);
  copyFileSync(join(tree, 'run/openrc/deptree'), join(tree, 'usr/share/haos/deptree'));
}

/** Adds the public keys that verify releases. */
function addKeys(keys: string, tree: string): void {
  const directory = join(tree, 'usr/share/haos/keys');
  mkdirSync(directory, { recursive: true });
  for (const path of listPublicKeys(keys)) placeFile(path, join(directory, basename(path)), 0o644);
}

function stampVersion(tree: string, version: string): void {
  mkdirSync(join(tree, 'usr/share/haos'), { recursive: true });
  writeFileSync(join(tree, 'usr/lib/haos/version'), `${version}\n`);
  const issue = join(tree, 'etc/issue');
  writeFileSync(issue, readFileSync(issue, 'utf8').replace('@VERSION@', version));
  writeFileSync(join(tree, 'usr/lib/os-release'), renderOsRelease(version));
}
