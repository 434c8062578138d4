// `npm start`: the image in a virtual machine in this terminal, or a report about it where there is none.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCELERATORS, type Accelerator, accelerate, KvmFailure, reportsKvmFailure } from './accelerator.js';
import { buildIso, liveArguments } from './live-iso.js';
import { reportNode } from './report-node.js';
import { StepFailure, step } from './run.mjs';
import { hasTerminal, readStartOptions, type StartOptions } from './start-options.mjs';

const GIGABYTE = 1_000_000_000;
const MEMORY = 2048;

async function main(root: string): Promise<number> {
  const options = readStartOptions(process.argv.slice(2), hasTerminal(), process.env);
  const directory = join(root, '.cache/start');
  const disk = join(directory, 'disk');
  if (options.disk && !isBootable(disk)) {
    throw new StepFailure('nothing is installed yet: npm start -- haos.mode=install');
  }
  makeDisk(directory, disk);
  const from = options.disk ? [] : await buildLive(root, directory, options);
  const port = await findFreePort();
  const args = [
    ...from,
    ...['-drive', `file=${disk},format=raw,if=virtio`],
    ...['-nic', `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${port}-:22`],
  ];
  return accelerate((accelerator) =>
    hasTerminal()
      ? runInTerminal(options, { args, port, accelerator })
      : step('boot, and look from inside', () => reportNode({ args, accelerator, memory: MEMORY })),
  );
}

async function buildLive(root: string, directory: string, { k3s, words }: StartOptions): Promise<string[]> {
  const iso = await buildIso(root, k3s === undefined ? [] : ['--k3s', k3s]);
  const versions = JSON.parse(readFileSync(join(root, 'os/versions.json'), 'utf8'));
  if (k3s === undefined && versions.k3s.version === null) {
    console.log('The image has no k3s, since no version of it is pinned: --k3s PATH adds one.');
  }
  return liveArguments(iso, directory, words);
}

/** A machine with an empty disk would not say a word. */
function isBootable(disk: string): boolean {
  if (!existsSync(disk)) return false;
  const sector = Buffer.alloc(512);
  const descriptor = openSync(disk, 'r');
  readSync(descriptor, sector);
  closeSync(descriptor);
  return sector.readUInt16BE(510) === 0x55aa;
}

/** It takes only the space that is written to. */
function makeDisk(directory: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(directory, { recursive: true });
  const descriptor = openSync(path, 'a');
  ftruncateSync(descriptor, 8 * GIGABYTE);
  closeSync(descriptor);
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

interface Machine {
  args: readonly string[];
  port: number;
  accelerator: Accelerator;
}

/** A live machine ends where it would restart: it would only be the same again. */
function runInTerminal({ disk }: StartOptions, { args, port, accelerator }: Machine): Promise<number> {
  console.log(`
  end it        poweroff inside, or Ctrl-a c, then q
  from outside  ssh -p ${port} rancher@127.0.0.1, with a key: npm start -- ssh_authorized_keys=github:YOU
  on its disk   npm start -- haos.mode=install, then npm start -- --disk
`);
  const common = ['-m', String(MEMORY), '-display', 'none', '-serial', 'mon:stdio'];
  const devices = ['-device', 'virtio-rng-pci', ...(disk ? [] : ['-no-reboot'])];
  const child = spawn('qemu-system-x86_64', [...ACCELERATORS[accelerator], ...common, ...devices, ...args], {
    stdio: ['inherit', 'inherit', 'pipe'],
  });
  let failed = false;
  child.stderr.on('data', (chunk: Buffer) => {
    failed ||= reportsKvmFailure(chunk.toString('utf8'));
    // QEMU stands still then. Ended like this, it leaves the terminal as it was. What it prints are registers.
    if (failed) child.kill('SIGTERM');
    else process.stderr.write(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (accelerator === 'kvm' && (failed || signal === 'SIGABRT')) {
        reject(new KvmFailure('KVM failed under the running machine'));
      } else resolve(status ?? 1);
    });
  });
}

try {
  process.exitCode = await main(fileURLToPath(new URL('..', import.meta.url)));
} catch (error) {
  if (!(error instanceof StepFailure)) throw error;
  console.log(error.message);
  process.exitCode = error.status;
}
