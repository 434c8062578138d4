import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from './paths.js';

/**
 * Runs npm start and resolves to its output and exit status. Without a terminal, nothing can be
 * typed.
 */
function start(args: readonly string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, ['scripts/main.mjs', 'start', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

/**
 * A k3s that really runs Kubernetes, if the caller provides one; without it, npm start does the
 * same up to that point.
 */
const K3S = process.env.HAOS_TEST_K3S;

describe(`npm start without a terminal, ${K3S === undefined ? 'without k3s' : `with ${K3S}`}`, () => {
  it('boots the image, prints what the node reports, and powers it off', async () => {
    const { status, output } = await start(['hostname=started', ...(K3S ? ['--k3s', K3S] : ['--no-k3s'])]);

    expect(output).toMatch(/^ {2}HAOS v\d\S+, Linux \d\S+, Node v\d\S+$/m);
    expect(output).toMatch(/^ {2}mode: live$/m);
    for (const phase of ['initrd', 'boot', 'runtime']) {
      expect(output).toMatch(new RegExp(`^ {2}${phase}: done; `, 'm'));
    }
    expect(output).toMatch(/^ {2}\/usr +squashfs +ro$/m);
    expect(output).toMatch(/^ {2}\/etc +tmpfs +rw$/m);
    expect(output).toMatch(/^ {2}HAOS v\S+ on started, mode live: healthy$/m);
    if (K3S === undefined) {
      expect(output).toMatch(/^ {2}kubernetes: +k3s is not installed$/m);
    } else {
      expect(output).toMatch(/^Kubernetes: the node is Ready after \d+ s$/m);
      expect(output).toMatch(/^ {2}started +Ready +/m);
    }
    expect(status).toBe(0);
  });
});
