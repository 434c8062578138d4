import { fieldsOf, linesOf, mapsOf, textOf } from './metadata-client.js';
import type { MetadataService } from './types.js';

/** DigitalOcean droplets. Source: its metadata API reference. */
export const digitalocean: MetadataService = {
  name: 'digitalocean',
  endpoints: ['http://169.254.169.254'],
  userData: (client) => client.bytes('/metadata/v1/user-data'),
  async metadata(client) {
    const document = (await client.json('/metadata/v1.json')) ?? {};
    const interfaces = fieldsOf(document.interfaces);
    const addressOf = (list: unknown) => textOf(fieldsOf(mapsOf(list)[0]?.ipv4)?.ip_address);
    return {
      hostname: textOf(document.hostname),
      sshKeys: linesOf(document.public_keys),
      instanceId: textOf(document.droplet_id),
      region: textOf(document.region),
      publicIpv4: addressOf(interfaces?.public),
      localIpv4: addressOf(interfaces?.private),
    };
  },
};
