import { join } from 'node:path';
import { dump } from 'js-yaml';
import { buildIso } from '../scripts/live-iso.js';
import { waitUntilReady } from '../tests/kubernetes/cluster.js';
import { packImages, prepareKubernetes } from '../tests/kubernetes/haos-image.js';
import { makeLan, nodeSetup } from '../tests/kubernetes/lan.js';
import { diskArguments, isoArguments, NETWORK } from '../tests/vm/image.js';
import { extractSystem, installOnDisk, makeDirectory } from '../tests/vm/installed-disk.js';
import { type Machine, startMachine } from '../tests/vm/machine.js';
import { waitForRuntime } from '../tests/vm/status.js';

/** MiB. */
const STEP = 64;

/** What is tried: the tests run with the most. */
const RANGES = { without: { least: 256, most: 1024 }, with: { least: 512, most: 2048 } };

const TOKEN = 'a-token-of-the-benchmark';
const ADDRESSES = { server: '10.77.0.1', agent: '10.77.0.2' };
const DISABLED = 'traefik,metrics-server,coredns,local-storage';

/** What a machine is to do with the memory it gets. */
interface Job {
  name: string;
  args: readonly string[];
  /** Default `without` Kubernetes. */
  kubernetes?: keyof typeof RANGES;
  password?: string;
  /** Resolves when the machine does its job; by default when its configuration has been applied. */
  done?(machine: Machine): Promise<void>;
  /** Called before each start. */
  before?(): Promise<unknown>;
}

/**
 * Finds by halving the least memory with which a machine runs live, runs from its disk, and is a
 * Ready server or agent, in steps of 64 MiB. A machine whose kernel kills a program for want of
 * memory has too little.
 */
export async function measureMemory(
  root: string,
  scratch: string,
  print: (line: string) => void,
): Promise<string[]> {
  if (process.getuid?.() !== 0) return ['skipped: building an image needs root'];
  const bare = await buildIso(root, ['--no-k3s', '--version', 'v0.1.0']);
  const disk = join(scratch, 'installed');
  const config = dump({ hostname: 'small', haos: { password: 'sesame' } });
  const system = extractSystem(makeDirectory(join(scratch, 'bare')), bare);
  await installOnDisk(disk, { directory: scratch, system, config });
  await report(print, { name: 'live, without k3s', args: isoArguments(bare) });
  await report(print, {
    name: 'installed, without k3s',
    args: [...diskArguments(disk), ...NETWORK],
    password: 'sesame',
  });
  await measureCluster(scratch, print);
  return [];
}

/** The server is measured alone. It then serves the agent, with ample memory. */
async function measureCluster(scratch: string, print: (line: string) => void): Promise<void> {
  const { haos, images } = prepareKubernetes();
  const media = packImages(scratch, [images]);
  const system = extractSystem(scratch, haos.iso);
  const lan = makeLan();
  const make = async (name: keyof typeof ADDRESSES, keys: object) => {
    const disk = join(scratch, name);
    const haosKeys = { password: 'sesame', token: TOKEN, ...keys };
    const config = dump({ hostname: name, ...nodeSetup(ADDRESSES[name]), haos: haosKeys });
    await installOnDisk(disk, { directory: scratch, system, config, megabytes: 8000 });
    const drive = ['-drive', `file=${media},format=raw,if=virtio,readonly=on`];
    return [...diskArguments(disk), ...drive, ...NETWORK, ...lan.card(ADDRESSES[name])];
  };
  const server = await make('server', {
    k3s_args: ['server', `--node-ip=${ADDRESSES.server}`, `--disable=${DISABLED}`],
  });
  const agent = await make('agent', {
    server_url: `https://${ADDRESSES.server}:6443`,
    k3s_args: [`--node-ip=${ADDRESSES.agent}`],
  });
  const password = 'sesame';
  const ready = (machine: Machine) => waitUntilReady(machine, 'server');
  await report(print, { name: 'server, Ready', args: server, password, kubernetes: 'with', done: ready });
  const other = await startMachine({ name: 'memory-server', args: server, memory: 3072 });
  try {
    await other.logIn(password);
    await waitUntilReady(other, 'server');
    await report(print, {
      name: 'agent, Ready',
      args: agent,
      password,
      kubernetes: 'with',
      done: () => waitUntilReady(other, 'agent'),
      before: () => other.read('kubectl delete node agent --ignore-not-found', 300), // of the last try
    });
  } finally {
    await other.stop();
  }
}

async function report(print: (line: string) => void, job: Job): Promise<void> {
  const { most, least } = RANGES[job.kubernetes ?? 'without'];
  let enough = most;
  let tooLittle = least;
  while (enough - tooLittle > STEP) {
    const middle = Math.round((enough + tooLittle) / 2 / STEP) * STEP;
    if (await suffices(job, middle)) enough = middle;
    else tooLittle = middle;
  }
  const less = tooLittle === least ? 'less was not tried' : `${tooLittle} MiB are not`;
  print(`${job.name}: ${enough} MiB are enough, ${less}`);
}

async function suffices({ name, args, password, done, before }: Job, memory: number): Promise<boolean> {
  await before?.();
  const machine = await startMachine({ name: `memory-${name.split(',')[0]}`, args, memory });
  const watch = watchForWant(machine);
  try {
    await Promise.race([watch.failure, work(machine, password, done)]);
    return true;
  } catch {
    return false;
  } finally {
    watch.end();
    await machine.stop();
  }
}

async function work(machine: Machine, password?: string, done?: Job['done']): Promise<void> {
  await machine.logIn(password);
  await waitForRuntime(machine);
  await done?.(machine);
  await machine.read('sleep 30', 120);
}

/** What the kernel prints when it has no memory left. */
const WANT = /Out of memory|Kernel panic|oom-kill|write error: No space/;

function watchForWant(machine: Machine): { failure: Promise<never>; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const failure = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      if (WANT.test(machine.console())) reject(new Error('the machine has no memory left'));
    }, 1000);
  });
  return { failure, end: () => clearInterval(timer) };
}
