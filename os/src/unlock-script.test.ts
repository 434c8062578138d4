import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const scripts = fileURLToPath(new URL('../overlay/rootfs/usr/lib/haos/boot/', import.meta.url));

/** Runs shell code after the functions for the encrypted volume. */
function shell(script: string, env: Record<string, string> = {}) {
  const code = `. ${scripts}common.sh; . ${scripts}volume.sh; set -f; ${script}`;
  const { stdout, status } = spawnSync('sh', ['-c', code], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  return { output: stdout.trim(), status };
}

/** What `cryptsetup luksDump --dump-json-metadata` prints, as far as it is looked at. */
function header({ data = CIPHER, slot = CIPHER, segments = 1 } = {}): string {
  const segment = { type: 'crypt', offset: '16777216', size: 'dynamic', encryption: data };
  const keyslot = { type: 'luks2', area: { type: 'raw', encryption: slot } };
  const list = Array.from({ length: segments }, (_, index) => [index, segment] as const);
  return JSON.stringify({ keyslots: { 0: keyslot, 3: keyslot }, segments: Object.fromEntries(list) });
}
const CIPHER = 'aes-xts-plain64';

describe('the header of the encrypted data', () => {
  const accepts = (text: string) =>
    shell('cryptsetup() { printf %s "$HEADER"; }; is_ours /dev/vda2', { HEADER: text }).status === 0;

  it('is accepted as the installer makes it', () => {
    expect(accepts(header())).toBe(true);
  });

  it.each([
    ['whose data are not encrypted', header({ data: 'cipher_null-ecb' })],
    ['that any passphrase opens', header({ slot: 'cipher_null-ecb' })],
    ['of several parts', header({ segments: 2 })],
    ['without a part', header({ segments: 0 })],
    ['that cannot be read', ''],
    ['that is something else', '[]'],
  ])('is refused if it is one %s', (_title, text) => {
    expect(accepts(text)).toBe(false);
  });
});

describe('the configuration of a node with encrypted data', () => {
  it.each([
    ['the link of the installer', 'ln -s ../private/config.yaml config.yaml', 0],
    ['a file in its place', 'echo "run_cmd: [id]" >config.yaml', 1],
    ['a link to another file', 'ln -s other.yaml config.yaml', 1],
    ['nothing', ':', 1],
  ])('is only what the installer made: %s', (_title, make, status) => {
    const directory = mkdtempSync(join(tmpdir(), 'haos-linked-'));

    const result = shell(`cd "$SYSTEM"; ${make}; is_linked`, { SYSTEM: directory });

    rmSync(directory, { recursive: true });
    expect(result.status).toBe(status);
  });
});

describe('what a person types', () => {
  const read = (typed: string) => shell('as_recovery_key "$TYPED"', { TYPED: typed }).output;
  const groups = 'cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv-cbdefghi-jklnrtuv';

  it.each([groups, groups.replaceAll('-', ' '), groups.replaceAll('-', '')])(
    'is a recovery key however it is grouped: %s',
    (typed) => {
      expect(read(typed)).toBe(groups.replaceAll('-', ''));
    },
  );

  it.each(['a passphrase - with both', 'cbdefghi-jklnrtuv', `${groups}-x`])(
    'is a passphrase otherwise: %s',
    (typed) => {
      expect(read(typed)).toBe(typed);
    },
  );
});

describe('the partition with the encrypted data', () => {
  let disk: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'haos-disk-'));
    for (const [name, number] of [
      ['vda1', 1],
      ['vda2', 2],
      ['vda3', 3],
    ] as const) {
      mkdirSync(join(disk, name));
      writeFileSync(join(disk, name, 'partition'), `${number}\n`);
    }
    mkdirSync(join(disk, 'queue'));
  });
  afterEach(() => rmSync(disk, { recursive: true }));

  /** Finds the partition on a disk whose headers have these UUIDs. */
  const find = (record: string, uuids: Record<string, string>, files: readonly string[] = []) => {
    for (const file of files) writeFileSync(join(disk, file), '');
    const cases = Object.entries(uuids).map(([path, uuid]) => `${path}) echo ${uuid} ;;`);
    const stubs = `findmnt() { echo /dev/vda1; }; readlink() { echo ${disk}; };
      cryptsetup() { case $2 in ${cases.join(' ')} *) return 1 ;; esac; }`;
    return shell(`${stubs}; SYSTEM=${disk}; number=\${RECORD% *} uuid=\${RECORD#* }; find_volume`, {
      RECORD: record,
    });
  };

  it('is the one with the number and the UUID that the state partition names', () => {
    expect(find('2 ab', { '/dev/vda2': 'ab', '/dev/vda3': 'cd' })).toEqual({
      output: '/dev/vda2',
      status: 0,
    });
  });

  it.each([
    ['has another UUID', '2 ab', { '/dev/vda2': 'cd' }],
    ['is another one with that UUID', '2 ab', { '/dev/vda3': 'ab' }],
    ['does not exist', '7 ab', { '/dev/vda2': 'ab' }],
    ['is not encrypted', '2 ab', {}],
  ])('is missing if it %s', (_title, record, uuids) => {
    expect(find(record, uuids as Record<string, string>)).toMatchObject({ output: '', status: 1 });
  });

  it('may have lost its header while a reset makes it again', () => {
    expect(find('2 ab', {}, ['reset', 'factory-reset']).output).toBe('/dev/vda2');
    rmSync(join(disk, 'factory-reset'));
    expect(find('2 ab', {}).output).toBe('');
  });
});

/**
 * Volumes in memory: `AT.key` says with which key a volume opens, `AT.fs` is its file system. The
 * power fails at the nth effect.
 */
const VOLUMES = `
cut() { count=$((count + 1)); [ $count -ne "$CUT" ] || exit 9; }
say() { :; }
chmod() { :; }
sync() { :; }
truncate() { cut; : >"$3"; }
is_ours() { [ -e "$1.key" ]; }
make_volume() { cut; echo "key $count $CUT" >"$1.key"; command rm -rf "$1.fs"; }
open_volume() { cut; [ -s "$1.key" ] && echo "$1" >"$open/$2"; }
open_with_answer() { open_volume "$@"; }
make_file_system() { cut; mkdir "$(at "$1").fs"; }
at() { command cat "$open/\${1##*/}"; }
mount() { while [ $# -gt 2 ]; do shift; done; cut; [ -d "$(at "$1").fs" ] && command rm -rf "$2" && ln -s "$(at "$1").fs" "$2"; }
umount() { cut; command rm "$@"; }
cp() { cut; command cp "$@"; }
mv() { cut; for end in "" .key .fs; do command mv "$1$end" "$2$end"; done; echo "$2" >"$open/haos-kept"; }
rm() { cut; command rm -rf "$2" "$2.key" "$2.fs"; }
cryptsetup() { case $1 in luksErase) cut; : >"$3.key" ;; close) command rm -f "$open/$2" ;; esac; }
`;

describe('the reset of encrypted data', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'haos-renew-'));
    for (const directory of ['system', 'haos', 'open', 'run', 'volume.fs/data/var'])
      mkdirSync(join(root, directory), { recursive: true });
    writeFileSync(join(root, 'volume.key'), 'first\n');
    writeFileSync(join(root, 'volume.fs/config.yaml'), 'token: secret\n');
    writeFileSync(join(root, 'volume.fs/data/var/big'), '');
    writeFileSync(join(root, 'system/factory-reset'), '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** One boot; resolves to whether it renewed the volume. */
  function boot(cutAt = 0): boolean {
    const renew = readFileSync(`${scripts}volume.sh`, 'utf8').replaceAll(
      '/run/haos/kept',
      `${root}/run/kept`,
    );
    const code = `set -f; ${renew}\n${VOLUMES}\nSYSTEM=${root}/system PRIVATE=${root}/haos/private NAME=haos-data DATA=/dev/mapper/haos-data
      open=${root}/open volume=${root}/volume uuid=u mode=disk count=0; command rm -f ${root}/open/* ${root}/haos/private ${root}/run/kept; set +f
      [ ! -e $SYSTEM/factory-reset ] || renew_volume || exit; drop_configuration`;
    const { status } = spawnSync('sh', ['-c', code], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, CUT: `${cutAt}` },
    });
    return status === 0;
  }

  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const expectRenewed = () => {
    expect(read('volume.key')).not.toBe('first\n');
    expect(read('volume.fs/config.yaml')).toBe('token: secret\n');
    expect(existsSync(join(root, 'volume.fs/data/var'))).toBe(false);
    expect(existsSync(join(root, 'volume.fs/data'))).toBe(true);
    for (const file of ['factory-reset', 'reset', 'reset.new'])
      expect(existsSync(join(root, 'system', file)), file).toBe(false);
  };

  it('makes a volume with a new key and the old configuration', () => {
    expect(boot()).toBe(true);
    expectRenewed();
  });

  it('continues after a power cut at any moment, with the configuration', () => {
    let cuts = 0;
    for (let moment = 1; !boot(moment); moment += 1) {
      cuts = moment;
      expect(boot(), `after a cut at effect ${moment}`).toBe(true);
      expectRenewed();
      rmSync(join(root, 'volume.fs'), { recursive: true });
      mkdirSync(join(root, 'volume.fs/data/var'), { recursive: true });
      writeFileSync(join(root, 'volume.key'), 'first\n');
      writeFileSync(join(root, 'volume.fs/config.yaml'), 'token: secret\n');
      writeFileSync(join(root, 'system/factory-reset'), '');
    }
    expect(cuts).toBeGreaterThan(15);
  });

  it('changes nothing if the passphrase is not known', () => {
    writeFileSync(join(root, 'volume.key'), '');

    expect(boot()).toBe(false);
    expect(existsSync(join(root, 'volume.fs/data/var/big'))).toBe(true);
    expect(existsSync(join(root, 'system/factory-reset'))).toBe(true);
  });
});

describe('a node with encrypted data', () => {
  const start = (unlocked: number, opened: number) => {
    const sysroot = mkdtempSync(join(tmpdir(), 'haos-root-'));
    mkdirSync(join(sysroot, 'haos/system'), { recursive: true });
    writeFileSync(join(sysroot, 'haos/system/encryption'), '2 uuid\n');
    const stand = `chroot() { return ${unlocked}; }; open_private() { return ${opened}; }; mount() { :; }`;
    const node = `sysroot=${sysroot} is_persistent=true mode=disk; bind_data() { echo bound; }`;
    const result = shell(`. ${scripts}root.sh; ${node}; ${stand}; refuse() { false; }; find_data`);
    rmSync(sysroot, { recursive: true });
    return result;
  };

  it.each([
    ['has its data', 0, 0, { output: 'bound', status: 0 }],
    ['does not start without them if they cannot be opened', 1, 0, { output: '', status: 1 }],
    ['does not start without them if they cannot be mounted', 0, 1, { output: '', status: 1 }],
    ['goes on without them at the rescue entry', 2, 0, { output: '', status: 0 }],
  ])('%s', (_title, unlocked, opened, expected) => {
    expect(start(unlocked, opened)).toEqual(expected);
  });
});
