import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** What a signed boot image decides before it enters a root, with systemd-boot's variables. */
const overlay = fileURLToPath(new URL('../overlay/', import.meta.url));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-verity-'));
  write('verity/set', 'v2 6.12+deb13-cloud-amd64-v2\n');
  mkdirSync(join(root, 'verity/modules'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Makes the versions and links of the slots, in the format of `nameSet`. */
function link(slots: Readonly<Record<string, string>>): void {
  for (const [slot, set] of Object.entries(slots))
    for (const [index, component] of ['haos', 'k3s', 'kernel'].entries()) {
      const version = set.split('/')[index] ?? '-';
      if (version === '-') continue;
      mkdirSync(join(root, '.base/haos/system', component, version), { recursive: true });
      symlinkSync(version, join(root, '.base/haos/system', component, slot));
    }
}

/** Runs a piece of the script below the directory of the test. */
function run(script: string): string {
  const text = readFileSync(join(overlay, 'signed/lib/haos/verity.sh'), 'utf8').replaceAll(
    /(?<=[\s"<>=])\/(?=verity|\.base|\.extra|run|sys|esp)/g,
    `${root}/`,
  );
  const common = readFileSync(join(overlay, 'rootfs/usr/lib/haos/boot/common.sh'), 'utf8');
  const stubs = 'mount() { :; }; umount() { :; }; sync() { :; }; insmod() { :; }';
  const { stdout, stderr } = spawnSync('sh', ['-c', `set -f\n${common}\n${text}\n${stubs}\n${script}`], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trim();
}

/**
 * Writes what systemd-boot 257 passes when it starts this file: attributes, then UTF-16 with a
 * final zero. It counts a file with a count, and lowers the case of the name of another one.
 */
function pass(file: string): void {
  const [, stem = '', left, done = '0'] = /^(.*?)(?:\+(\d+)(?:-(\d+))?)?\.efi$/.exec(file) ?? [];
  const variables: Record<string, string> = { LoaderEntrySelected: `${stem}.efi`.toLowerCase() };
  if (left !== undefined) {
    const count = `+${Math.max(Number(left) - 1, 0)}-${Number(done) + 1}`;
    variables.LoaderEntrySelected = `${stem}.efi`;
    variables.LoaderBootCountPath = `\\EFI\\Linux\\${stem}${count}.efi`;
  }
  for (const [name, text] of Object.entries(variables)) {
    const path = join(root, 'sys/firmware/efi/efivars', `${name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat([Buffer.from([6, 0, 0, 0]), Buffer.from(`${text}\0`, 'utf16le')]));
  }
}

const KERNEL = '6.12+deb13-cloud-amd64-v2';
const ENTRY = 'haos-3-v2,v1.36#k3s1,6.12#deb13-cloud-amd64-v2';
const [OWN, OWN_K3S, OTHER] = [`v2/v1.36+k3s1/${KERNEL}`, `v2/v1.37+k3s1/${KERNEL}`, 'v1/-/6.1-v1'];

describe('a signed boot image', () => {
  it.each<[title: string, entry: string, slots: Record<string, string>, words: string, set: string]>([
    ['of the current set', `${ENTRY}.efi`, { current: OWN, previous: OTHER }, 'haos.slot=current', OWN],
    ['of the previous set', `${ENTRY}.efi`, { current: OTHER, previous: OWN }, 'haos.slot=previous', OWN],
    ['on trial', `${ENTRY}+2.efi`, { current: OWN, previous: OTHER }, 'haos.trial\nhaos.slot=current', OWN],
    [
      'in its last try',
      `${ENTRY}+1-1.efi`,
      { current: OWN, previous: OTHER },
      'haos.trial\nhaos.slot=current',
      OWN,
    ],
    [
      'without tries, which a person chose,',
      `${ENTRY}+0-2.efi`,
      { current: OWN, previous: OTHER },
      'haos.slot=current',
      OWN,
    ],
    [
      'that was left, which a person chose,',
      `${ENTRY}+0.efi`,
      { current: OWN, previous: OTHER },
      'haos.slot=current',
      OWN,
    ],
    ['of one of two k3s', `${ENTRY}.efi`, { current: OWN_K3S, previous: OWN }, 'haos.slot=previous', OWN],
    ['of the other k3s', `${ENTRY}.efi`, { current: OWN, previous: OWN_K3S }, 'haos.slot=current', OWN],
    ['without a boot loader', '', { current: OTHER, previous: OWN }, 'haos.slot=previous', OWN],
    [
      'with the name of another set',
      'haos-3-v1,-,6.1-v1.efi',
      { current: OTHER, previous: OWN },
      'haos.slot=previous',
      OWN,
    ],
    [
      'of which no slot has the versions',
      `${ENTRY}.efi`,
      { current: OTHER },
      'haos.slot=current',
      `v2/-/${KERNEL}`,
    ],
  ])('%s knows what it starts', (_title, entry, slots, words, set) => {
    if (entry !== '') pass(entry);
    link(slots);

    expect(run('prepare_verified; match_slot; echo "$set_of_boot"; running_kernel')).toBe(
      `${set}\n${KERNEL}`,
    );
    expect(readFileSync(join(root, 'run/haos/words'), 'utf8').trim()).toBe(words);
  });

  describe('tells the new root', () => {
    const variable = (name: string, value: number) =>
      write(
        `sys/firmware/efi/efivars/${name}-8be4df61-93ca-11d2-aa0d-00e098032b8c`,
        `\x06\0\0\0${String.fromCharCode(value)}`,
      );
    const read = (path: string) => readFileSync(join(root, 'new/run/haos', path), 'utf8');

    it.each([
      [1, 0, 'on'],
      [0, 0, 'off'],
      [1, 1, 'off'],
      [0, 1, 'off'],
    ])('whether the firmware verifies programs: SecureBoot %d, SetupMode %d', (on, setup, expected) => {
      variable('SecureBoot', on);
      variable('SetupMode', setup);
      write('verity/k3s', 'digest  k3s\n');
      run(`sysroot=${root}/new; pass_signed`);

      expect(read('pcr/secure-boot').trim()).toBe(expected);
      expect(read('k3s-signed')).toBe('digest  k3s\n');
    });

    it('what the stub took from the boot image for the TPM', () => {
      write('verity/k3s', '');
      write('.extra/tpm2-pcr-public-key.pem', 'a key');
      write('.extra/tpm2-pcr-signature.json', '{}');
      run(`sysroot=${root}/new; pass_signed`);

      expect([read('pcr/key.pem'), read('pcr/signature.json')]).toEqual(['a key', '{}']);
      expect(read('pcr/secure-boot').trim()).toBe('off');
    });
  });

  describe('whose image is damaged', () => {
    const OTHER_ENTRY = 'haos-2-v1,-,6.1-v1.efi';
    const retire = (entry: string, files: string[]) => {
      pass(entry);
      for (const file of files) write(`esp/EFI/Linux/${file}`, '');
      const status = run('mount_esp() { :; }; prepare_verified; retire_entry; echo $?');
      return [status, ...readdirSync(join(root, 'esp/EFI/Linux'))];
    };

    it('leaves the next boot to another good one', () => {
      expect(retire(`${ENTRY}.efi`, [OTHER_ENTRY, `${ENTRY}.efi`])).toEqual([
        '0',
        OTHER_ENTRY,
        `${ENTRY}+0-2.efi`,
      ]);
    });

    it('does not change the case of the name', () => {
      const own = 'haos-3-V2,-,6.12-RC1.efi';
      expect(retire(own, [OTHER_ENTRY, own])).toEqual(['0', OTHER_ENTRY, 'haos-3-V2,-,6.12-RC1+0-2.efi']);
    });

    it.each([
      ['it is the only one', [`${ENTRY}.efi`]],
      ['the other one is not good', [`${ENTRY}.efi`, 'haos-2-v1,-,6.1-v1+0-2.efi']],
      ['it has a count', [OTHER_ENTRY, `${ENTRY}+1-1.efi`]],
    ])('stays if %s', (_title, files) => {
      expect(retire(`${ENTRY}.efi`, files)).toEqual(['1', ...[...files].sort()]);
    });
  });
});
