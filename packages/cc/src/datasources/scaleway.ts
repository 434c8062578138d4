import { fieldsOf, linesOf, listOf, mapsOf, textOf } from './metadata-client.js';
import type { MetadataService } from './types.js';

/** Only root may use these ports. The service checks that, because only root may read user data. */
const PRIVILEGED_PORTS = [512, 1023] as const;
const KEY_TAG = 'AUTHORIZED_KEY=';

/** Scaleway instances. Source: its instance metadata documentation. */
export const scaleway: MetadataService = {
  name: 'scaleway',
  endpoints: ['http://169.254.42.42', 'http://[fd00:42::42]'],
  userData: (client) => client.with({ localPorts: PRIVILEGED_PORTS }).bytes('/user_data/cloud-init'),
  async metadata(client) {
    const document = (await client.json('/conf?format=json')) ?? {};
    const location = fieldsOf(document.location);
    const keys = listOf(document.ssh_public_keys).map((entry) => fieldsOf(entry)?.key ?? entry);
    // A tag cannot contain a blank, so it is written as `_`.
    const tagged = linesOf(document.tags)
      .filter((tag) => tag.startsWith(KEY_TAG))
      .map((tag) => tag.slice(KEY_TAG.length).replaceAll('_', ' '));
    const zone = textOf(location?.zone_id) ?? textOf(document.zone);
    return {
      hostname: textOf(document.hostname) ?? textOf(document.name),
      sshKeys: [...linesOf(keys), ...tagged],
      instanceId: textOf(document.id),
      instanceType: textOf(document.commercial_type),
      availabilityZone: zone,
      publicIpv4:
        textOf(fieldsOf(document.public_ip)?.address) ?? textOf(mapsOf(document.public_ips)[0]?.address),
      localIpv4: textOf(document.private_ip),
    };
  },
};
