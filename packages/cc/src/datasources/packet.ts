import { latin1 } from '@haos/host/internal';
import { fieldsOf, linesOf, mapsOf, textOf } from './metadata-client.js';
import type { MetadataService } from './types.js';

/**
 * Packet, later Equinix Metal, which ended on 30 June 2026. HAOS asks it only on its own machines,
 * because the names may belong to another owner one day.
 */
export const packet: MetadataService = {
  name: 'packet',
  endpoints: ['https://metadata.platformequinix.com', 'https://metadata.packet.net'],
  async userData(client) {
    const content = await client.bytes('/userdata', { accept: '*/*' });
    // A script of the network boot is not user data.
    return content && latin1(content.subarray(0, 6)) === '#!ipxe' ? undefined : content;
  },
  async metadata(client) {
    const document = (await client.json('/metadata')) ?? {};
    const addresses = mapsOf(fieldsOf(document.network)?.addresses);
    const addressOf = (isPublic: boolean) =>
      textOf(addresses.find((entry) => entry.address_family === 4 && entry.public === isPublic)?.address);
    return {
      hostname: textOf(document.hostname),
      sshKeys: linesOf(document.ssh_keys),
      instanceId: textOf(document.id),
      instanceType: textOf(document.plan),
      region: textOf(document.metro),
      availabilityZone: textOf(document.facility),
      publicIpv4: addressOf(true),
      localIpv4: addressOf(false),
    };
  },
};
