import type { Host } from '@haos/host';
import type { Finding, ListLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { readSockets, type Socket } from '../facts/sockets.js';
import { finding, NOT_RUNNING, skip } from '../finding.js';
import { KNOWN_SOCKETS, SETUID_PROGRAMS, WORLD_WRITABLE } from '../justified.js';

/** Compares what is there with the list that justifies it. */
export async function lookAtList({ of }: ListLook, machine: Machine): Promise<Finding> {
  if (!machine.isRunning) return skip(NOT_RUNNING);
  if (of === 'sockets') return lookAtSockets(machine);
  const found = await findFiles(machine.host, of);
  const known = of === 'setuid' ? SETUID_PROGRAMS : WORLD_WRITABLE;
  const unknown = found.filter((path) => !Object.hasOwn(known, path));
  if (unknown.length > 0) return finding(false, `not justified: ${unknown.join(', ')}`);
  return finding(true, `${found.length}, all justified`);
}

/** Where files of the node are. What containers and volumes contain belongs to the workload. */
const PLACES = [
  '/usr',
  '/etc',
  '/boot',
  '/home',
  '/root',
  '/opt',
  '/run',
  '/srv',
  '/tmp',
  '/var',
  '/dev/shm',
];
const OF_WORKLOADS = [
  '/var/lib/rancher/k3s',
  '/var/lib/kubelet',
  '/var/lib/containerd',
  '/run/k3s',
  '/run/haos/kernel',
];

const TESTS: Readonly<Record<'setuid' | 'world-writable', readonly string[]>> = {
  setuid: ['-type', 'f', '-perm', '/6000'],
  // Links always have all permissions; sockets are asked by their own programs.
  'world-writable': ['(', '-type', 'f', '-o', '-type', 'd', ')', '-perm', '-0002', '!', '-perm', '-1000'],
};

async function findFiles(host: Host, of: 'setuid' | 'world-writable'): Promise<string[]> {
  const places = PLACES.filter((path) => host.files.stat(path)?.type === 'directory');
  const pruned = OF_WORKLOADS.flatMap((path, index) => [...(index > 0 ? ['-o'] : []), '-path', path]);
  const { stdout } = await host.run(
    'find',
    [...places, '-xdev', '(', ...pruned, ')', '-prune', '-o', ...TESTS[of], '-print'],
    // A file may go away while find looks.
    { readOnly: true, accept: [0, 1], timeout: 300_000 },
  );
  return stdout.split('\n').filter((line) => line !== '');
}

async function lookAtSockets({ host }: Machine): Promise<Finding> {
  const sockets = (await readSockets(host)).filter((socket) => !socket.isLocal && !socket.isOfPod);
  const unknown = sockets.filter((socket) => !KNOWN_SOCKETS.some((known) => isKnown(socket, known)));
  if (unknown.length > 0) return finding(false, `not justified: ${describe(unknown)}`);
  return finding(true, sockets.length === 0 ? 'none' : describe(sockets));
}

function isKnown(socket: Socket, known: (typeof KNOWN_SOCKETS)[number]): boolean {
  return (
    socket.protocol === known.protocol &&
    (known.port === undefined || known.port === socket.port) &&
    socket.program.startsWith(known.program ?? '') &&
    (known.program !== undefined || socket.program === '')
  );
}

function describe(sockets: readonly Socket[]): string {
  const texts = sockets.map(({ protocol, port, program }) => `${protocol} ${port} (${program || 'kernel'})`);
  return [...new Set(texts)].sort().join(', ');
}
