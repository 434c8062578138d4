import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from './paths.js';

/** What it prints, and its exit status. There is no terminal: nothing can be typed. */
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

describe('npm start without a terminal', () => {
  it('boots the image, prints what the node says of itself, and switches it off', async () => {
    const { status, output } = await start(['hostname=started']);

    expect(output).toMatch(/^ {2}HAOS v\d\S+, Linux \d\S+, Node v\d\S+$/m);
    expect(output).toMatch(/^ {2}mode: live$/m);
    for (const phase of ['initrd', 'boot', 'runtime']) {
      expect(output).toMatch(new RegExp(`^ {2}${phase}: done; `, 'm'));
    }
    expect(output).toMatch(/^ {2}\/usr +squashfs +ro$/m);
    expect(output).toMatch(/^ {2}\/etc +tmpfs +rw$/m);
    expect(output).toMatch(/^k3s\n {2}\S/m);
    expect(status).toBe(0);
  }, 1_200_000);
});
