import { createTestHost, type TestHost, type Tree } from '@haos/host/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { formatEntry } from './boot/boot-entries.js';
import { nameSet } from './components.js';
import { isBelowFloor, raiseFloor, readFloor } from './floor.js';
import { makeBootImage } from './testing/boot-image.js';
import { linksOf } from './testing/links-of.js';

const OLD = { haos: 'v1.0.0', k3s: 'v1.30.1+k3s1', kernel: '6.1-v1.0.0' };
const NEW = { haos: 'v1.1.0', k3s: 'v1.30.1+k3s2', kernel: '6.1-v1.1.0' };
const SYSTEM = '/haos/system';
const PROGRAM = '/usr/lib/haos/boot/raise-floor';

const entryOf = (number: number, set: typeof OLD, floor: number) => ({
  [`/run/haos/esp/EFI/Linux/${formatEntry({ number, set: nameSet(set) })}`]: makeBootImage({
    ...{ ...set, isForTpm: true, floor },
  }),
});

const hosts: TestHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.dispose();
});

/** A node that runs NEW, with the version before beside it. */
function nodeWith(tree: Record<string, Tree>, good = NEW): TestHost {
  const versions = [OLD, NEW].flatMap(({ haos, k3s, kernel }) => [
    [`${SYSTEM}/haos/${haos}/rootfs.squashfs`, ''],
    [`${SYSTEM}/k3s/${k3s}/k3s`, ''],
    [`${SYSTEM}/kernel/${kernel}/vmlinuz`, ''],
  ]);
  const host = createTestHost({
    tree: {
      ...Object.fromEntries(versions),
      ...linksOf(SYSTEM, 'current', NEW),
      ...linksOf(SYSTEM, 'previous', OLD),
      ...entryOf(1, OLD, 1),
      ...entryOf(2, NEW, 2),
      [`${SYSTEM}/grubenv`]: `# GRUB Environment Block\nhaos_good=${nameSet(good)}\n`.padEnd(1024, '#'),
      '/run/haos/mode': 'disk\n',
      '/run/haos/set': `${nameSet(NEW)}\n`,
      ...tree,
    },
    commands: { [PROGRAM]: {} },
  });
  hosts.push(host);
  return host;
}

describe('the floor of a node', () => {
  it.each([
    ['2\n', { current: 2, next: undefined }],
    ['1 2\n', { current: 1, next: 2 }],
    ['0 0\n', { current: 0, next: 0 }],
    ['', undefined],
    ['two\n', undefined],
    ['1 2 3\n', undefined],
  ])('is read from %j', (text, floor) => {
    expect(readFloor(nodeWith({ '/run/haos/tpm-floor': text }))).toEqual(floor);
  });

  it('is not there without a key in the TPM', () => {
    expect(readFloor(nodeWith({}))).toBeUndefined();
  });

  const raises = async (floor: string | undefined, good = NEW) => {
    const host = nodeWith(floor === undefined ? {} : { '/run/haos/tpm-floor': floor }, good);
    await raiseFloor(host);
    return host.operations.some((operation) => JSON.stringify(operation).includes(PROGRAM));
  };

  it('is raised when the version that prepared it is confirmed', async () => {
    expect(await raises('1 2\n')).toBe(true);
    expect(await raises('0 0\n')).toBe(true); // a node that was sealed without a count
    expect(await raises('1 2\n', OLD)).toBe(false);
    expect(await raises('2\n')).toBe(false);
    expect(await raises(undefined)).toBe(false);
  });

  it('is below that of a version for which the TPM opens no data', () => {
    const isBelow = (text: string, set = OLD) =>
      isBelowFloor(nodeWith({ '/run/haos/tpm-floor': text }), SYSTEM, set);

    expect(isBelow('2\n')).toBe(true);
    expect(isBelow('2\n', NEW)).toBe(false);
    // The version before a trial has its key until the trial is over.
    expect(isBelow('1 2\n')).toBe(false);
    expect(isBelowFloor(nodeWith({}), SYSTEM, OLD)).toBe(false);
  });
});
