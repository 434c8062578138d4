import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A TPM 2.0 in software, for one machine. */
export interface SoftwareTpm {
  /** Arguments of the machine. */
  args: readonly string[];
  /** Ends it, if it did not end with the machine. */
  stop(): Promise<void>;
}

/** Milliseconds until the program listens, on a busy machine. */
const PATIENCE = 30_000;

/**
 * Starts a TPM whose state is kept in a directory: with the same one, another machine has the same
 * TPM; with a new one, the TPM is another one, or was cleared. It ends with the machine.
 */
export async function startTpm(directory: string): Promise<SoftwareTpm> {
  mkdirSync(directory, { recursive: true });
  const socket = join(directory, 'control');
  rmSync(socket, { force: true });
  const flags = ['--tpmstate', `dir=${directory}`, '--ctrl', `type=unixio,path=${socket}`, '--terminate'];
  const child = spawn('swtpm', ['socket', '--tpm2', ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  const deadline = Date.now() + PATIENCE;
  while (!existsSync(socket)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('swtpm does not listen');
    await Promise.race([pause(50), ended]);
  }
  return {
    args: [
      ...['-chardev', `socket,id=tpm,path=${socket}`],
      ...['-tpmdev', 'emulator,id=tpm,chardev=tpm', '-device', 'tpm-tis,tpmdev=tpm'],
    ],
    async stop() {
      child.kill();
      await ended;
    },
  };
}
