import { expect, it, onTestFinished } from 'vitest';
import { createTestHost } from '../testing.js';
import { parseMdstat, type RaidArray, readRaidArrays } from './raid-arrays.js';

const PERSONALITIES = 'Personalities : [raid1] [raid6] [raid5] [raid4] [raid0] \n';
const END = '\nunused devices: <none>\n';

const MIRROR: RaidArray = {
  device: '/dev/md127',
  name: undefined,
  level: 'raid1',
  state: 'complete',
  disks: 2,
  working: 2,
  failed: [],
  progress: undefined,
};

it.each<[string, string, Partial<RaidArray>[]]>([
  ['no array', '', []],
  [
    'a complete mirror with a bitmap',
    'md127 : active raid1 sdb[1] sda[0]\n      101376 blocks super 1.2 [2/2] [UU]\n      bitmap: 0/1 pages [0KB], 65536KB chunk\n',
    [{}],
  ],
  [
    'a mirror that started without a disk',
    'md127 : active raid1 sdb[0]\n      101376 blocks super 1.2 [2/1] [U_]\n      \n',
    [{ state: 'degraded', working: 1 }],
  ],
  [
    'a mirror of which a disk failed',
    'md127 : active raid1 sdc[1](F) sdb[0]\n      101376 blocks super 1.2 [2/1] [U_]\n',
    [{ state: 'degraded', working: 1, failed: ['sdc'] }],
  ],
  [
    'a failed disk that is written to only when needed, and a spare',
    'md127 : active raid1 sdd[2](S) sdc[1](W)(F) sdb[0]\n      101376 blocks super 1.2 [2/2] [UU]\n',
    [{ failed: ['sdc'] }],
  ],
  [
    'a rebuild',
    'md0 : active raid5 sdd1[3] sdc1[4](F) sdb1[0]\n      585890304 blocks level 5, 512k chunk, algorithm 2 [3/2] [U_U]\n      [==>..................]  recovery = 12.6% (37043392/292945152) finish=127.5min speed=33440K/sec\n',
    [
      {
        device: '/dev/md0',
        level: 'raid5',
        state: 'rebuilding',
        disks: 3,
        working: 2,
        failed: ['sdc1'],
        progress: 12.6,
      },
    ],
  ],
  [
    'a rebuild that waits for another',
    'md127 : active raid1 sdb[2] sda[0]\n      101376 blocks super 1.2 [2/1] [U_]\n      \tresync=DELAYED\n',
    [{ state: 'degraded', working: 1 }],
  ],
  [
    'a check, and a first synchronisation',
    'md127 : active raid1 sdb[1] sda[0]\n      101376 blocks super 1.2 [2/2] [UU]\n      [=>...]  check =  5.0% (5/101376) finish=0.1min speed=1K/sec\n',
    [{}],
  ],
  [
    'an array that is not written to yet, and one that may not be',
    'md126 : active (auto-read-only) raid1 sdb[1] sda[0]\n      1 blocks [2/2] [UU]\n\nmd127 : active (read-only) raid10 sdd[1] sdc[0]\n      1 blocks super 1.2 2 near-copies [2/1] [U_]\n',
    [{ device: '/dev/md126' }, { level: 'raid10', state: 'degraded', working: 1 }],
  ],
  [
    'an array that cannot run',
    'md127 : inactive sdb[0](S)\n      101376 blocks super 1.2\n',
    [{ level: undefined, state: 'stopped', disks: undefined, working: undefined }],
  ],
  [
    'an array without redundancy, and one that lost a disk',
    'md1 : broken raid0 sdd[1] sdc[0]\n      202752 blocks super 1.2 512k chunks\n\nmd0 : active raid0 sdb[1] sda[0]\n      202752 blocks super 1.2 512k chunks\n',
    [
      { device: '/dev/md0', level: 'raid0', disks: undefined, working: undefined },
      { device: '/dev/md1', level: 'raid0', state: 'stopped', disks: undefined, working: undefined },
    ],
  ],
  [
    'firmware RAID: the container is left out',
    'md126 : active raid1 sda[1] sdb[0]\n      101376 blocks super external:/md127/0 [2/2] [UU]\n\nmd127 : inactive sda[1](S) sdb[0](S)\n      5288 blocks super external:imsm\n',
    [{ device: '/dev/md126' }],
  ],
  [
    'an array whose device has a name',
    'md_data : active raid1 sda[0]\n      101376 blocks super 1.2 [2/1] [U_]\n',
    [{ device: '/dev/md_data', state: 'degraded', working: 1 }],
  ],
])('mdstat shows %s', (_title, entries, expected) => {
  expect(parseMdstat(`${PERSONALITIES}${entries}${END}`)).toEqual(
    expected.map((part) => ({ ...MIRROR, ...part })),
  );
});

it('is not confused by a file that is cut or no mdstat', () => {
  for (const text of ['', 'md127', 'md127 : ', 'mdadm: command not found\n']) {
    expect(parseMdstat(text).filter(({ state }) => state !== 'stopped')).toEqual([]);
  }
});

function read(tree: NonNullable<Parameters<typeof createTestHost>[0]>['tree']) {
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());
  return readRaidArrays(host);
}

it('reads the names of arrays', () => {
  const mdstat = `${PERSONALITIES}md127 : active raid1 sda[0]\n      1 blocks [2/1] [U_]\n${END}`;

  expect(read({ '/proc/mdstat': mdstat, '/dev/md/data': { link: '../md127' } })).toMatchObject([
    { name: 'data' },
  ]);
  expect(read({ '/proc/mdstat': mdstat })).toMatchObject([{ device: '/dev/md127', name: undefined }]);
  expect(read({})).toEqual([]);
});
