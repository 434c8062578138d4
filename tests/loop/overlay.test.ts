import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandRunner } from '../../os/src/command.js';
import { tarball } from '../../os/src/steps/tarball.js';
import { readVersions } from '../../os/src/versions.js';
import { ENVIRONMENT, writeImage } from './loop-disk.js';

const LAUNCHER = '/haos/system/haos/current/haos';
const KEPT = 'sbin/init.before-haos';

/** How systems provide their first process; each writes it to a root and returns its content. */
const SYSTEMS: [title: string, write: (root: string) => void][] = [
  [
    'Debian, where /sbin is a link',
    (root) => {
      symlinkSync('usr/sbin', join(root, 'sbin'));
      symlinkSync('/lib/systemd/systemd', join(root, 'usr/sbin/init'));
    },
  ],
  [
    'a Debian where init is a relative link',
    (root) => {
      symlinkSync('usr/sbin', join(root, 'sbin'));
      symlinkSync('../lib/systemd/systemd', join(root, 'usr/sbin/init'));
    },
  ],
  [
    'an older Debian, where it is a directory',
    (root) => {
      mkdirSync(join(root, 'sbin'));
      symlinkSync('/lib/systemd/systemd', join(root, 'sbin/init'));
    },
  ],
  [
    'a system whose init is a program',
    (root) => {
      mkdirSync(join(root, 'sbin'));
      writeFileSync(join(root, 'sbin/init'), 'a program', { mode: 0o755 });
    },
  ],
];

/** With modes and owners that do not occur in archives of HAOS. */
const DIRECTORIES = ['.', 'usr', 'usr/sbin', 'sbin', 'etc'];

describe('the overlay tarball', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-overlay-'));
  const archive = join(directory, 'rootfs.tar.gz');
  let root: string;

  beforeAll(async () => {
    writeImage(join(directory, 'release/haos/system'));
    const options = {
      architecture: 'amd64',
      kernels: ['cloud'],
      version: 'v1.0.0',
      imageName: 'localhost/haos',
    } as const;
    await tarball.make({
      source: () => '/nowhere',
      versions: readVersions(fileURLToPath(new URL('../..', import.meta.url))),
      options: { ...options, output: '/nowhere', cache: '/nowhere' },
      out: directory,
      of: () => join(directory, 'release'),
      run: commandRunner(join(directory, 'log'), 1),
      epoch: 1,
    });
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  beforeEach(() => {
    root = mkdtempSync(join(directory, 'root-'));
    for (const name of ['usr/sbin', 'usr/lib/systemd', 'etc'])
      mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, 'usr/lib/systemd/systemd'), 'systemd');
    symlinkSync('usr/lib', join(root, 'lib'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  /** Unpacks as documented. */
  function unpack(program = 'tar', content = readFileSync(archive)) {
    const [command = '', ...args] = program.split(' ');
    const options = ['zxvf', '-', '--strip-components=1', '-C', root];
    return spawnSync(command, [...args, ...options], { input: content, encoding: 'utf8', env: ENVIRONMENT });
  }

  function prepare(write: (root: string) => void): void {
    write(root);
    for (const [index, name] of DIRECTORIES.entries()) {
      if (lstatSync(join(root, name)).isSymbolicLink()) continue;
      chmodSync(join(root, name), 0o711);
      chownSync(join(root, name), 1000 + index, 2000);
    }
  }

  const describeDirectories = () =>
    DIRECTORIES.map((name) => {
      const { mode, uid, gid } = lstatSync(join(root, name));
      return [name, mode.toString(8), uid, gid];
    });

  describe.each(SYSTEMS)('over %s', (_title, write) => {
    it('boots HAOS, with everything that this needs', () => {
      prepare(write);

      expect(unpack()).toMatchObject({ status: 0, stderr: '' });

      expect(readlinkSync(join(root, 'sbin/init'))).toBe(LAUNCHER);
      expect(readFileSync(join(root, 'haos/system/haos/current/haos'), 'utf8')).toMatch(/^#!/);
      expect(existsSync(join(root, 'haos/system/kernel'))).toBe(false);
      writeFileSync(join(root, 'HAOS/system/config.yaml'), 'hostname: node1\n');
      expect(readFileSync(join(root, 'haos/system/config.yaml'), 'utf8')).toBe('hostname: node1\n');
    });

    it('does not change its directories', () => {
      prepare(write);
      const before = describeDirectories();

      unpack();

      expect(describeDirectories()).toEqual(before);
    });

    it('keeps its init, which one rename restores', () => {
      prepare(write);
      const describeInit = (path: string) => {
        const stat = lstatSync(join(root, path));
        return [stat.ino, stat.mode, stat.isSymbolicLink() && readlinkSync(join(root, path))];
      };
      const before = describeInit('sbin/init');

      unpack();
      expect(describeInit(KEPT)).toEqual(before);

      renameSync(join(root, KEPT), join(root, 'sbin/init'));
      expect(describeInit('sbin/init')).toEqual(before);
    });

    it('does not replace its init with a tar that could not keep it', () => {
      prepare(write);
      const before = lstatSync(join(root, 'sbin/init')).ino;

      expect(unpack('busybox tar').status).not.toBe(0);

      expect(lstatSync(join(root, 'sbin/init')).ino).toBe(before);
    });

    it('does not replace its init when the download breaks off', () => {
      prepare(write);
      const before = lstatSync(join(root, 'sbin/init')).ino;
      const content = readFileSync(archive);

      expect(unpack('tar', content.subarray(0, content.length / 2)).status).not.toBe(0);
      expect(lstatSync(join(root, 'sbin/init')).ino).toBe(before);

      expect(unpack()).toMatchObject({ status: 0 });
      expect(lstatSync(join(root, KEPT)).ino).toBe(before);
    });
  });
});
