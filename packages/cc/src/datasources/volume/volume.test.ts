import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSeedImage } from '../../testing/seed-image.js';
import { openFat } from './fat.js';
import { openIso9660 } from './iso9660.js';
import type { ReadAt, Volume } from './types.js';

const FIXTURES = new URL('../../../../../tests/fixtures/volumes/', import.meta.url);
const USER_DATA = '#cloud-config\nhostname: seeded\n\n';

function imageOf(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(`${name}.gz`, FIXTURES))));
}

function reader(image: Uint8Array): ReadAt {
  return (offset, length) => image.subarray(offset, offset + length);
}

function open(image: Uint8Array): Volume | undefined {
  return openIso9660(reader(image)) ?? openFat(reader(image));
}

function textOf(volume: Volume | undefined, path: string): string | undefined {
  const content = volume?.read(path);
  return content && Buffer.from(content).toString();
}

describe.each(['joliet.iso', 'rock-ridge.iso', 'plain.iso', 'fat12.img', 'fat16.img', 'fat32.img'])(
  '%s',
  (name) => {
    const volume = open(imageOf(name));

    it('has its label', () => {
      expect(volume?.label).toMatch(/^cidata$/i);
    });

    it('has its files, byte for byte', () => {
      expect(textOf(volume, 'user-data')).toBe(USER_DATA);
      expect(textOf(volume, 'meta-data')).toMatch(/^instance-id: i-1\n/);
    });

    it('has no other files', () => {
      expect(volume?.read('f1')).toBeUndefined();
      expect(volume?.read('user-data/x')).toBeUndefined();
      expect(volume?.read('')).toBeUndefined();
      expect(volume?.read('../user-data')).toBeUndefined();
    });
  },
);

it.each(['config-drive.iso', 'config-drive.img'])('%s has files in directories', (name) => {
  const volume = open(imageOf(name));

  expect(volume?.label).toBe('config-2');
  expect(textOf(volume, 'openstack/latest/user_data')).toBe(USER_DATA);
  expect(volume?.read('openstack/latest')).toBeUndefined();
});

it('an image of the test kit is a volume', () => {
  const userData = Uint8Array.from({ length: 5000 }, (_, index) => index & 255);

  const volume = open(makeSeedImage({ userData, hostname: 'a' }));

  expect(volume?.label).toBe('cidata');
  expect(volume?.read('user-data')).toEqual(userData);
  expect(JSON.parse(textOf(volume, 'meta-data')!)).toEqual({ 'local-hostname': 'a' });
});

it.each([
  ['nothing', new Uint8Array()],
  ['zeros', new Uint8Array(100_000)],
  ['ones', new Uint8Array(100_000).fill(255)],
])('%s is not a volume', (_what, image) => {
  expect(open(image)).toBeUndefined();
});

it.each(['joliet.iso', 'rock-ridge.iso', 'fat12.img', 'config-drive.img'])(
  'reading %s ends and does not throw, whatever is damaged',
  (name) => {
    const image = imageOf(name);
    // The structures: descriptors and directories of an ISO, everything of a FAT.
    const [from, to] = name.endsWith('.iso') ? [32_768, 80_000] : [0, 16_384];
    const damage = fc.array(fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(damage, fc.integer({ min: 0, max: image.length }), (bytes, length) => {
        const damaged = image.slice(0, length > image.length / 2 ? image.length : length);
        for (const [at, value] of bytes) if (at < damaged.length) damaged[at] = value;
        const volume = open(damaged);
        for (const path of ['user-data', 'openstack/latest/user_data']) {
          expect(volume?.read(path)?.length ?? 0).toBeLessThanOrEqual(1024 * 1024);
        }
      }),
      { numRuns: 300 },
    );
  },
);

it('reading a FAT with a circular chain of clusters ends', () => {
  const image = imageOf('fat12.img');
  // The first clusters belong to the files. Each one now points to itself, and the size is large.
  const fat = 512 * new DataView(image.buffer).getUint16(14, true);
  for (let cluster = 2; cluster < 20; cluster += 1) {
    const at = fat + Math.floor(cluster * 1.5);
    const [low = 0, high = 0] = [image[at], image[at + 1]];
    image[at] = cluster % 2 === 0 ? cluster : (low & 0x0f) | ((cluster & 0x0f) << 4);
    image[at + 1] = cluster % 2 === 0 ? high & 0xf0 : cluster >> 4;
  }

  expect(textOf(open(image), 'user-data')).toBe(USER_DATA);
});
