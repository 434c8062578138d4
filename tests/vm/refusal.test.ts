import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must } from '../loop/loop-disk.js';
import { diskArguments, netbootArguments, sizeDisk } from './image.js';
import { type Machine, startMachine } from './machine.js';

const CMDLINE =
  'haos.fallback_mode=install haos.install.silent=true haos.install.config_url=http://10.0.2.2:9/config.yaml';

describe('a machine that may install itself if it has no node', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disks = ['node', 'empty'].map((name) => join(directory, name));
  let before: string[];
  let machine: Machine;

  const digest = () => disks.map((disk) => createHash('sha256').update(readFileSync(disk)).digest('hex'));

  /**
   * A node state that this version cannot read, as a newer one may leave it, beside an empty disk.
   */
  beforeAll(async () => {
    for (const disk of disks) sizeDisk(disk, 100);
    const [node = ''] = disks;
    must('mkfs.ext4', '-q', '-F', '-L', 'HAOS_STATE', node);
    must('debugfs', '-w', '-R', 'feature FEATURE_I30', node);
    before = digest();
    const args = [...netbootArguments(CMDLINE), ...disks.flatMap(diskArguments)];
    machine = await startMachine({ name: 'refusal', args });
    await machine.expect(/error: the state partition \S+ cannot be mounted/, 600);
    await machine.expect(/# /, 600);
  });

  afterAll(async () => {
    await machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('stops with a shell if it has a node that cannot be used', async () => {
    await machine.openShell('exec sh');

    expect(await machine.read('findfs LABEL=HAOS_STATE')).toBe('/dev/vda');
    expect(await machine.run('[ -e /sysroot/usr/sbin/haos ]')).toMatchObject({ status: 1 });
  });

  it('has written nothing to any disk', async () => {
    await machine.read('sync');

    expect(digest()).toEqual(before);
  });
});
