import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, liveHost } from '@haos/host';
import { type TakeoverOptions, takeOver } from '@haos/install';
import { describe, expect, it } from 'vitest';
import { createDistribution, type Distribution, GRUB_CFG, LABEL } from '../loop/distribution.js';

/**
 * Returns a host that does nothing from its effect number `at` on, as if the process had been
 * killed then.
 */
function createFaultyHost(at: number): { host: Host; effects: () => number } {
  const host = liveHost();
  let effects = 0;
  const strike = () => {
    effects += 1;
    if (effects >= at) throw new Error('killed');
  };
  const counted =
    <Arguments extends unknown[], Result>(work: (...args: Arguments) => Result) =>
    (...args: Arguments) => {
      strike();
      return work(...args);
    };
  const { write, makeDirectory, link, move, remove, copy } = host.files;
  const files = {
    ...host.files,
    write: counted(write),
    makeDirectory: counted(makeDirectory),
    link: counted(link),
    move: counted(move),
    remove: counted(remove),
    copy: counted(copy),
  };
  const run: Host['run'] = async (command, args, options) => {
    if (!options?.readOnly) strike();
    return host.run(command, args, options);
  };
  return { host: { ...host, files, run }, effects: () => effects };
}

async function withDistribution<T>(work: (distribution: Distribution) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'haos-takeover-'));
  const distribution = createDistribution(directory);
  try {
    return await work(distribution);
  } finally {
    distribution.release();
    rmSync(directory, { recursive: true });
  }
}

const some: Partial<TakeoverOptions> = { powerOff: true };

const total = await withDistribution(async (distribution) => {
  const { host, effects } = createFaultyHost(Number.POSITIVE_INFINITY);
  await takeOver(distribution.options({ ...some, host }));
  return effects();
});

/** Checks the disk as after a power cut: one of the two systems must boot completely. */
function expectBootable({ onDisk, label, read }: Distribution): void {
  const menu = onDisk('/boot/grub/grub.cfg');
  if (menu === GRUB_CFG.trimEnd()) {
    expect(label()).toBe(LABEL);
  } else {
    expect(menu).toMatch(/haos\.state=UUID=/);
    expect(onDisk('/boot/grub/grub.cfg.before-haos')).toBe(GRUB_CFG.trimEnd());
    expect(onDisk('/haos/system/kernel/current/vmlinuz')).toBe('a kernel');
    expect(onDisk('/haos/system/kernel/current/initrd')).toBe('an initrd');
    expect(onDisk('/haos/system/haos/current/rootfs.squashfs')).toHaveLength(949_999);
    expect(onDisk('/haos/system/takeover')).toMatch(/^then poweroff$/m);
  }
  expect(read('boot/vmlinuz-6.1')).toBe('a kernel');
  expect(read('home/somebody/letter')).toBe('dear');
}

describe('a takeover', () => {
  it.each(Array.from({ length: total }, (_, index) => index + 1))(
    'that ends before its step %i leaves one of the two systems intact, and succeeds on the second run',
    async (at) => {
      await withDistribution(async (distribution) => {
        const { host } = createFaultyHost(at);
        await expect(takeOver(distribution.options({ ...some, host }))).rejects.toThrow();
        expectBootable(distribution);

        expect(await takeOver(distribution.options(some))).toMatchObject({ status: 'installed' });
        expectBootable(distribution);
        expect(distribution.onDisk('/boot/grub/grub.cfg')).toMatch(/haos\.state=UUID=/);
        expect(distribution.label()).toBe('HAOS_STATE');
      });
    },
  );
});
