import { expect } from 'vitest';
import type { Machine } from './machine.js';
import { readStatus } from './status.js';

/** Expects that the node `metal` runs from a partition, and that no phase failed. */
export async function expectInstalled(machine: Machine, partition: string): Promise<void> {
  expect(await readStatus(machine)).toMatchObject({
    mode: 'disk',
    phases: [{ exitStatus: 0 }, { exitStatus: 0 }, { exitStatus: 0 }],
  });
  expect(await machine.read('findmnt -no SOURCE,FSTYPE /.base; hostname')).toBe(`${partition} ext4\nmetal`);
}
