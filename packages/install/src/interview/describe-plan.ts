import type { CloudConfig } from '@haos/cc';
import { redactUrl } from '@haos/host';
import type { EnrolmentPlan } from '@haos/system/internal';
import type { ConfigSource } from '../options.js';
import type { InstallPlan } from '../preflight.js';
import { describeDisk } from './describe-disk.js';

/** Describes the whole plan of an installation for a person, without secrets. */
export function describePlan(
  { image, disk, firmware, replacesState, existing, bootFiles, keys, isEncrypted, usesTpm }: InstallPlan,
  { url, answers = {} }: ConfigSource,
): string {
  const { haos, k3s, kernel } = image.set;
  const configuration = url === undefined ? describeAnswers(answers) : [['configuration', shown(url)]];
  const rows = [
    ['disk', describeDisk(disk)],
    ...(existing ? [['partition', `${existing.state}; its persistent data are kept`]] : []),
    [
      'system',
      `HAOS ${haos}, kernel ${kernel}, k3s ${k3s ?? 'not included'}, for ${firmware === 'efi' ? 'EFI' : 'BIOS'}`,
    ],
    ...(bootFiles ? [['boot image', `${bootFiles.image}, with systemd-boot instead of GRUB`]] : []),
    ...(keys ? [['keys', `${describeKeys(keys)}; then the firmware starts nothing else`]] : []),
    ...(isEncrypted
      ? [['encryption', `the data and the configuration, with a passphrase${usesTpm ? ' and the TPM' : ''}`]]
      : []),
    ...configuration,
  ];
  const lines = rows.map(([name = '', text = '']) => `  ${name.padEnd(15)}${text}`);
  const warning = replacesState ? ['', `The HAOS node on ${disk.path} WILL BE LOST.`] : [];
  return ['', 'The installation:', ...lines, ...warning, ''].join('\n');
}

function describeKeys(keys: EnrolmentPlan['keys']): string {
  const named = Object.values(keys).flat();
  return named.map(({ name, sha256 }) => `${name} (SHA-256 ${sha256})`).join(', ');
}

function describeAnswers({ sshAuthorizedKeys = [], haos = {} }: CloudConfig): string[][] {
  const { password, wifi = [], serverUrl, token, k3sArgs } = haos;
  const role = serverUrl ? `agent of ${redactUrl(serverUrl)}` : k3sArgs && 'server';
  return [
    ['configuration', 'that of the running system, and the following'],
    ...(sshAuthorizedKeys.length > 0 ? [['SSH keys', sshAuthorizedKeys.join(', ')]] : []),
    ...(password ? [['password', 'set']] : []),
    ...(wifi.length > 0 ? [['WiFi', wifi.map(({ name }) => name).join(', ')]] : []),
    ...(role ? [['k3s', role]] : []),
    ...(token ? [['token', 'set']] : []),
  ];
}

function shown(url: string): string {
  return url.startsWith('/') ? url : redactUrl(url);
}
