import { readEc2Metadata } from './ec2-metadata.js';
import { type Fields, linesOf, mapsOf, textOf } from './metadata-client.js';
import type { Metadata, MetadataService } from './types.js';

/**
 * OpenStack: its own tree, then the copy of the EC2 tree. Source: the Nova user guide, "metadata".
 */
export const openstack: MetadataService = {
  name: 'openstack',
  endpoints: ['http://169.254.169.254'],
  isLinkLocal: true,
  userData: async (client) =>
    (await client.bytes('/openstack/latest/user_data')) ?? (await client.bytes('/latest/user-data')),
  async metadata(client) {
    const [document, publicIpv4, localIpv4, instanceType] = await Promise.all([
      client.json('/openstack/latest/meta_data.json'),
      ...['public-ipv4', 'local-ipv4', 'instance-type'].map((name) =>
        client.line(`/latest/meta-data/${name}`),
      ),
    ]);
    if (document === undefined) return readEc2Metadata(client);
    return { ...readNovaMetadata(document), publicIpv4, localIpv4, instanceType };
  },
};

/** Reads meta_data.json, from the service or a config drive. */
export function readNovaMetadata(document: Fields): Metadata {
  const typed = mapsOf(document.keys)
    .filter((key) => key.type === 'ssh')
    .flatMap((key) => linesOf(key.data));
  return {
    hostname: textOf(document.hostname) ?? textOf(document.name),
    sshKeys: [...new Set([...linesOf(document.public_keys), ...typed])],
    instanceId: textOf(document.uuid),
    availabilityZone: textOf(document.availability_zone),
  };
}
