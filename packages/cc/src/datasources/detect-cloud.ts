import { type Host, isHaosError } from '@haos/host';
import type { DataSourceName } from './types.js';

/** The fields of /sys/class/dmi/id, in which firmware describes the machine. */
type Dmi = Readonly<Record<(typeof FIELDS)[number], string>>;

const FIELDS = [
  'sys_vendor',
  'product_name',
  'product_serial',
  'product_uuid',
  'board_vendor',
  'chassis_asset_tag',
] as const;

const RULES: readonly (readonly [DataSourceName, (dmi: Dmi) => boolean])[] = [
  // Older machines of EC2 run on Xen and say so. One machine in 4096 has the prefix alone by
  // chance.
  [
    'aws',
    (dmi) => dmi.sys_vendor === 'Amazon EC2' || (dmi.sys_vendor === 'Xen' && /^ec2/i.test(dmi.product_uuid)),
  ],
  ['digitalocean', (dmi) => dmi.sys_vendor === 'DigitalOcean'],
  [
    'gcp',
    (dmi) => dmi.product_name === 'Google Compute Engine' || dmi.product_serial.startsWith('GoogleCloud-'),
  ],
  ['hetzner', (dmi) => dmi.sys_vendor === 'Hetzner'],
  ['scaleway', (dmi) => dmi.sys_vendor === 'Scaleway'],
  ['vultr', (dmi) => dmi.sys_vendor === 'Vultr'],
  [
    'packet',
    (dmi) =>
      [dmi.sys_vendor, dmi.board_vendor, dmi.chassis_asset_tag].some((text) =>
        /^(packet|equinix)\b/i.test(text),
      ),
  ],
  ['openstack', (dmi) => [dmi.product_name, dmi.chassis_asset_tag].some((text) => OPENSTACK.includes(text))],
];

const OPENSTACK = ['OpenStack Nova', 'OpenStack Compute', 'OpenTelekomCloud', 'SAP CCloud VM'];

/** Returns the supported cloud that the firmware names in DMI, or undefined if it names none. */
export function detectCloud({ files }: Host): DataSourceName | undefined {
  const dmi = Object.fromEntries(FIELDS.map((name) => [name, readField(name)])) as Dmi;
  return RULES.find(([, isMet]) => isMet(dmi))?.[0];

  function readField(name: string): string {
    try {
      return files.readTextIfExists(`/sys/class/dmi/id/${name}`)?.trim() ?? '';
    } catch (error) {
      if (!isHaosError(error)) throw error;
      return ''; // only root may read some
    }
  }
}
