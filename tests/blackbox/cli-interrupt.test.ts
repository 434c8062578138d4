import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));
const tree = mkdtempSync(join(tmpdir(), 'haos-interrupt-'));
/** Accepts connections and never answers. */
const silent = createServer();

beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  mkdirSync(join(tree, 'haos/system'), { recursive: true });
  writeFileSync(
    join(tree, 'haos/system/config.yaml'),
    `boot_manifests:\n- url: http://127.0.0.1:${port}/manifest.yaml\n`,
  );
});

afterAll(() => {
  silent.close();
  rmSync(tree, { recursive: true, force: true });
});

function statusOf(format: string): string {
  const args = [program, 'config', 'status', '--format', format, '--root', tree];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout;
}

describe('a phase that waits for a download', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends at %s with status %i, and the status says at which step', async (signal, expected) => {
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const child = spawn(process.execPath, [program, 'config', '--root', tree], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));

    await connected;
    child.kill(signal);

    expect(await ended).toBe(expected);
    const journal = JSON.parse(readFileSync(join(tree, 'run/haos/journal/runtime.json'), 'utf8'));
    expect(journal).toMatchObject({ state: 'running', current: expect.stringMatching(/^[a-z0-9-]+$/) });
    expect(JSON.parse(statusOf('json')).phases).toEqual([journal]);
    expect(statusOf('text')).toContain(`configuration: not finished (at ${journal.current})\n`);
  });
});
