import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { liveHost } from '../live.js';
import { withLock } from '../lock.js';
import { planHost } from '../plan.js';
import { rootedHost } from '../rooted.js';
import { createTestHost } from '../testing.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'haos-lock-'));
  path = join(directory, 'run/haos/lock');
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** Returns whether another process could take the lock now. */
function isFree(): boolean {
  return spawnSync('flock', ['-n', path, 'true']).status === 0;
}

describe('a lock on the running machine', () => {
  it('excludes other processes until the work is done', async () => {
    const during = await withLock(liveHost(), path, () => isFree());

    expect(during).toBe(false);
    expect(isFree()).toBe(true);
  });

  it('is released when the work fails', async () => {
    await expect(withLock(liveHost(), path, () => Promise.reject(new Error('work')))).rejects.toThrow('work');

    expect(isFree()).toBe(true);
  });

  it('is refused while another process holds it, and acquired when that process dies', async () => {
    fs.mkdirSync(join(path, '..'), { recursive: true });
    const other = spawn('flock', [path, 'sh', '-c', 'echo locked; exec cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(other.stdout, 'data');

    const refused = withLock(liveHost(), path, () => 'worked', { patience: 0 });
    await expect(refused).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
    const patient = withLock(liveHost(), path, () => 'worked', { patience: 60_000 });
    other.stdin.end();

    expect(await patient).toBe('worked');
  });

  it('is refused to a second holder in the same process', async () => {
    const host = liveHost();

    const inner = withLock(host, path, () => withLock(host, path, () => 'never', { patience: 0 }));

    await expect(inner).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
    expect(isFree()).toBe(true);
  });

  it('is not an operation', async () => {
    const host = liveHost();
    await withLock(host, path, () => {});

    expect(host.operations).toEqual([]);
  });
});

describe('a lock elsewhere', () => {
  it('excludes no process and creates no file', async () => {
    fs.mkdirSync(join(directory, 'run'));
    const rooted = rootedHost(directory);

    expect(await withLock(rooted, '/run/haos/lock', () => 1)).toBe(1);
    expect(await withLock(planHost(rooted), '/run/haos/lock', () => 2)).toBe(2);
    expect(fs.readdirSync(join(directory, 'run'))).toEqual([]);
  });

  it('can be simulated in a test', async () => {
    const host = createTestHost({ locked: ['/run/taken'] });

    await expect(withLock(host, '/run/taken', () => {})).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
    await withLock(host, '/run/free', () => {});
    expect(await withLock(host, '/run/free', () => 'again')).toBe('again');
    host.dispose();
  });

  it('is waited for as long as a node needs to confirm that it is healthy', async () => {
    const host = createTestHost({ locked: ['/run/taken'] });
    onTestFinished(() => host.dispose());
    const begun = host.clock.now();

    await expect(withLock(host, '/run/taken', () => {})).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
    expect(host.clock.now() - begun).toBe(5000);
  });
});
