import type { BlockDevice } from '@haos/host/internal';
import type { ConfirmQuestion, Prompter } from '@haos/questions';
import { expect, it } from 'vitest';
import type { ConfigSource } from '../options.js';
import type { InstallPlan } from '../preflight.js';
import { confirmPlan } from './confirm-plan.js';

const NOTHING = {
  fileSystem: undefined,
  label: undefined,
  uuid: undefined,
  model: undefined,
  serial: undefined,
  transport: undefined,
  sectorSize: 512,
  partitionType: undefined,
  isReadOnly: false,
  mountPoints: [],
  children: [],
};
const EMPTY: BlockDevice = { ...NOTHING, path: '/dev/vda', type: 'disk', size: 8e9, model: 'QEMU DISK' };
const NODE: BlockDevice = {
  ...EMPTY,
  children: [
    { ...NOTHING, path: '/dev/vda1', type: 'part', size: 64e6, fileSystem: 'vfat', label: 'DATA' },
    { ...NOTHING, path: '/dev/vda2', type: 'part', size: 7e9, fileSystem: 'ext4', label: 'HAOS_STATE' },
  ],
};

/** Returns what a person sees and is asked; the person accepts the default. */
async function show(disk: BlockDevice, config: ConfigSource, some: Partial<InstallPlan> = {}) {
  let shown = '';
  const asked: ConfirmQuestion[] = [];
  const person: Pick<Prompter, 'tell' | 'confirm'> = {
    tell: (text) => {
      shown += text;
    },
    confirm: async (question) => {
      asked.push(question);
      return question.default;
    },
  };
  const set = { haos: 'v1.0.0', k3s: undefined, kernel: '6.1.0-v1.0.0' };
  const plan = {
    disk,
    image: { set },
    firmware: 'efi',
    replacesState: disk === NODE,
    ...some,
  } as unknown as InstallPlan;
  const isConfirmed = await confirmPlan(person as Prompter, plan, config);
  return { shown, isConfirmed, message: asked[0]?.message };
}

it('shows the disk, the system and the answers without secrets', async () => {
  const answers = {
    sshAuthorizedKeys: ['github:ada'],
    haos: {
      password: 'Tr0ub4dor',
      token: 'K10secret',
      wifi: [{ name: 'office', passphrase: 'passphrase' }],
      serverUrl: 'https://a:pw@server:6443',
    },
  };

  const { shown, isConfirmed } = await show(EMPTY, { answers });

  expect(shown).toMatch(/\/dev\/vda, 8\.0 GB \(QEMU DISK\): empty/);
  expect(shown).toMatch(/HAOS v1\.0\.0, kernel 6\.1\.0-v1\.0\.0, k3s not included, for EFI/);
  expect(shown).toMatch(/github:ada[\s\S]*office[\s\S]*agent of https:\/\/server:6443/);
  expect(shown).not.toMatch(/Tr0ub4dor|K10secret|passphrase|pw@/);
  expect(isConfirmed).toBe(true);
});

it('requires an explicit yes if data would be lost, and says which', async () => {
  const { shown, isConfirmed, message } = await show(NODE, { url: 'https://u:pw@a/node.yaml?token=1' });

  expect(shown).toMatch(/\/dev\/vda1 64 MB vfat "DATA"; \/dev\/vda2 7\.0 GB ext4 "HAOS_STATE"/);
  expect(shown).toMatch(/WILL BE LOST/);
  expect(shown).toContain('https://a/node.yaml\n');
  expect(shown).not.toContain('pw');
  expect(message).toMatch(/^Erase everything on \/dev\/vda/);
  expect(isConfirmed).toBe(false);
});

it('shows the boot image, and the keys that the firmware gets', async () => {
  const keyOf = (name: string) => [{ name, sha256: `digest of ${name}` }];
  const { shown } = await show(
    EMPTY,
    {},
    {
      bootFiles: { image: '/mnt/haos-boot-amd64.efi', loader: '/mnt/haos-loader-amd64.efi' },
      keys: { PK: keyOf('Owner PK'), KEK: keyOf('Owner KEK'), db: keyOf('Owner db') },
    },
  );

  expect(shown).toMatch(/boot image +\/mnt\/haos-boot-amd64\.efi, with systemd-boot instead of GRUB\n/);
  expect(shown).toMatch(/keys +Owner PK \(SHA-256 digest of Owner PK\), .*Owner db .* starts nothing else\n/);
});
