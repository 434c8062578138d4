import { spawnSync } from 'node:child_process';
import { chmodSync, constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFailure } from '../failure.js';

/** Milliseconds. */
const TIMEOUT = 60_000;

/** The first line of `k3s --version` is `k3s version v1.36.4+k3s1 (<commit>)`. */
const FIRST_LINE = /^k3s version (v\d+\.\d+\.\d+[A-Za-z0-9._+~-]*)( |$)/;

/**
 * Returns the version that a k3s program prints. Throws a BuildFailure if it does not run here or
 * prints something else.
 */
export function askVersion(program: string): string {
  const home = mkdtempSync(join(tmpdir(), 'haos-k3s-')); // keeps k3s away from files of this machine
  try {
    // A downloaded file is not executable, and k3s checks the name that it is called by.
    const copy = join(home, 'k3s');
    copyFileSync(program, copy, constants.COPYFILE_FICLONE);
    chmodSync(copy, 0o755);
    const { stdout, error, status, signal } = spawnSync(copy, ['--version'], {
      encoding: 'utf8',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: home, K3S_DATA_DIR: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT,
    });
    if (error !== undefined || status !== 0) {
      const reason = error?.message ?? (signal === null ? `exit status ${status}` : `ended by ${signal}`);
      throw new BuildFailure(`${program} --version failed: ${reason}. Is it a k3s for this machine?`);
    }
    const [line = ''] = stdout.split('\n');
    const version = FIRST_LINE.exec(line)?.[1];
    if (version !== undefined) return version;
    throw new BuildFailure(
      `${program} --version printed ${JSON.stringify(line.slice(0, 80))}.\nExpected: k3s version v1.36.4+k3s1 (...)`,
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
