import { readEc2Metadata } from './ec2-metadata.js';
import { linesOf, textOf } from './metadata-client.js';
import { parsePlainYaml } from './plain-yaml.js';
import type { MetadataService } from './types.js';

const METADATA = '/hetzner/v1/metadata';

/**
 * Hetzner Cloud: its own tree, then the copy of the EC2 tree. Source: its cloud API, "server
 * metadata".
 */
export const hetzner: MetadataService = {
  name: 'hetzner',
  endpoints: ['http://169.254.169.254'],
  isLinkLocal: true,
  userData: async (client) =>
    (await client.bytes('/hetzner/v1/userdata')) ?? (await client.bytes('/latest/user-data')),
  async metadata(client) {
    const text = await client.text(METADATA);
    if (text === undefined) return readEc2Metadata(client);
    const document = await parsePlainYaml(text, METADATA);
    return {
      hostname: textOf(document.hostname),
      sshKeys: linesOf(document['public-keys']),
      instanceId: textOf(document['instance-id']),
      region: textOf(document.region),
      availabilityZone: textOf(document['availability-zone']),
      publicIpv4: textOf(document['public-ipv4']),
      localIpv4: textOf(document['local-ipv4']),
    };
  },
};
