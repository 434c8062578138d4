import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setup } from '../vm/setup.js';
import { drawCuts } from './draw-cuts.js';
import { createEnduringNode, type EnduringNode } from './enduring-node.js';
import { measureNode, type NodeMeasures } from './measure-node.js';

const SEED = Number(process.env.HAOS_SEED ?? Date.now() % 1_000_000);
const CUTS = drawCuts(SEED, Number(process.env.HAOS_CUTS ?? 20));
const BOOTS = Number(process.env.HAOS_BOOTS ?? 100);

/** KiB by which a log may grow at each boot. */
const LOGGED = 64;

/** Prints results even if the test passes. */
const print = (line: string) => process.stderr.write(`${line}\n`);

describe('an installed node', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-endurance-'));
  let node: EnduringNode;

  beforeAll(async () => {
    setup();
    node = await createEnduringNode('endurance', directory);
    print(`power cuts: ${CUTS.length}, HAOS_SEED=${SEED}`);
  }, 1_200_000);

  afterAll(async () => {
    await node.stop();
    rmSync(directory, { recursive: true });
  });

  it.each(CUTS)(
    'is intact after a power cut during: $activity, after $seconds s',
    async ({ activity, seconds }) => {
      await node.cut(activity, seconds);
      await node.start();

      await node.expectWhole();
      print(`intact after a cut ${seconds} s into: ${activity}`);
    },
    1_800_000,
  );

  it(`is the same after ${BOOTS} boots: no more processes, open files or disk space`, async () => {
    const measures: NodeMeasures[] = [];
    for (let boot = 1; boot <= BOOTS; boot += 1) {
      await node.restart();
      await node.expectWhole();
      const found = await measureNode(node.machine());
      measures.push(found);
      print(
        `boot ${boot}: ${Object.entries(found)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}`,
      );
    }
    const [first, last] = [measures[0], measures.at(-1)];
    if (first === undefined || last === undefined) throw new Error('the node never booted');
    expect(Math.abs(last.processes - first.processes)).toBeLessThanOrEqual(2);
    expect(Math.abs(last.openFiles - first.openFiles)).toBeLessThanOrEqual(first.openFiles / 5);
    expect(last.diskUse - first.diskUse).toBeLessThanOrEqual(LOGGED * BOOTS);
  }, 36_000_000);
});
