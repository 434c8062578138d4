import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { buildIso } from '../scripts/live-iso.js';
import { packImages, prepareKubernetes } from '../tests/kubernetes/haos-image.js';
import { CACHE } from '../tests/kubernetes/k3s.js';
import { must } from '../tests/loop/loop-disk.js';
import { diskArguments, NETWORK } from '../tests/vm/image.js';
import { extractSystem, installOnDisk } from '../tests/vm/installed-disk.js';
import { startMachine } from '../tests/vm/machine.js';
import { IMAGES, makeDebianK3s } from './debian-k3s.js';

/** Moments of a boot in seconds since the kernel started, and memory. */
interface Node {
  /** The first process starts. */
  userland: number;
  /** There is a default route. */
  network: number;
  /** The login prompt appears. */
  login: number;
  /** The process of k3s starts. */
  k3s: number;
  /** The API reports the node as Ready. */
  ready: number;
  /** KiB in use a minute later: all memory that is not available to programs. */
  memory: number;
}

const DISABLED = 'traefik,metrics-server,coredns,local-storage';

/**
 * The clock of the guest counts instructions, 4 ns each, so that other work on this machine does not
 * change what is measured.
 */
const CLOCK = ['-icount', 'shift=2'];

const MANIFESTS = '/var/lib/rancher/k3s/server/manifests';

/**
 * Makes HAOS do what Debian does with `fstab` and a unit. It leaves out its own manifests, which
 * Debian does not have.
 */
const CONFIG = dump({
  hostname: 'bench',
  boot_cmd: [
    `mkdir -p ${IMAGES}`,
    `mount -t squashfs -o ro /dev/vdb ${IMAGES}`,
    `mkdir -p ${MANIFESTS}`,
    `cd /usr/share/haos/manifests && for name in *.yaml; do touch ${MANIFESTS}/$name.skip; done`,
    `setsid sh ${IMAGES}/kubernetes-watch.sh </dev/null >/dev/null 2>&1 &`,
  ],
  haos: { k3s_args: ['server', `--disable=${DISABLED}`] },
});

/**
 * Measures the time from the start of the kernel to a Ready node, and the memory of the server
 * then, on HAOS and on a plain Debian with systemd: the same k3s and kernel on equal machines, one
 * after the other. Both are always emulated, so only the ratios are meaningful.
 */
export async function measureKubernetes(
  root: string,
  scratch: string,
  print: (line: string) => void,
): Promise<string[]> {
  if (process.getuid?.() !== 0) return ['skipped: building an image needs root'];
  const { k3s, haos, images } = prepareKubernetes();
  const without = await buildIso(root, ['--kernel', 'cloud', '--no-k3s', '--version', 'v0.1.0']);
  const [size, bare] = [haos.iso, without].map((iso) => statSync(iso).size / 1e6) as [number, number];
  print(`ISO: ${compare('MB', { 'with k3s': size, without: bare })}`);

  const debian = await makeDebianK3s({ k3s: k3s.path, config: `disable: ${DISABLED}\n`, cache: CACHE });
  const second = packImages(scratch, [images, join(import.meta.dirname, 'kubernetes-watch.sh')]);
  const disks = { haos: join(scratch, 'haos'), debian: join(scratch, 'debian') };
  const system = extractSystem(scratch, haos.iso);
  await installOnDisk(disks.haos, { directory: scratch, system, config: CONFIG, megabytes: 8000 });
  must('cp', '--sparse=always', debian.disk, disks.debian);
  const kernel = join(dirname(haos.iso), 'haos-vmlinuz-amd64');
  const direct = ['-kernel', kernel, '-initrd', debian.initrd, '-append', 'console=ttyS0,115200 loglevel=4'];
  const common = ['-drive', `file=${second},format=raw,if=virtio,readonly=on`, ...NETWORK];

  return describe({
    haos: await watchNode('haos', [...diskArguments(disks.haos), ...common]),
    debian: await watchNode('debian', [...direct, ...diskArguments(disks.debian), ...common]),
  });
}

async function watchNode(name: string, args: readonly string[]): Promise<Node> {
  const machine = await startMachine({ name: `bench-${name}`, args: [...args, ...CLOCK], memory: 3072 });
  try {
    const line = await machine.expect(/bench: .* end/, 3600);
    const [userland, network, login, k3s, ready, memory] = line.split(' ').slice(1, -1).map(Number);
    if (memory === undefined || !memory) throw new Error(`a measurement is missing: ${line}`);
    return { userland, network, login, k3s, ready, memory } as Node;
  } finally {
    await machine.stop();
  }
}

function describe({ haos, debian }: { haos: Node; debian: Node }): string[] {
  const both = (unit: string, measure: (node: Node) => number) =>
    compare(unit, { HAOS: measure(haos), Debian: measure(debian) });
  return [
    `kernel start to Ready: ${both('s', ({ ready }) => ready)}`,
    `memory of an idle server: ${both('MiB', ({ memory }) => memory / 1024)}`,
    `HAOS: ${listMoments(haos)}`,
    `Debian: ${listMoments(debian)}`,
  ];
}

/** Returns two named values, and the first divided by the second. */
function compare(unit: string, values: Readonly<Record<string, number>>): string {
  const shown = Object.entries(values).map(([name, value]) => `${name} ${value.toFixed(0)} ${unit}`);
  const [first = 0, second = 0] = Object.values(values);
  return `${shown.join(', ')}: ${(first / second).toFixed(2)} times`;
}

/** Lists the moments of a boot, which show whether k3s starts as soon as there is a network. */
function listMoments({ userland, network, login, k3s, ready }: Node): string {
  const moments = { 'first process': userland, network, login, 'k3s started': k3s, Ready: ready };
  return Object.entries(moments)
    .map(([name, seconds]) => `${name} ${seconds.toFixed(0)} s`)
    .join(', ');
}
