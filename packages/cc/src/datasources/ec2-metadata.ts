import { linesOf, type MetadataClient } from './metadata-client.js';
import type { Metadata } from './types.js';

/** Reads the metadata tree of EC2 and of the clouds that copied it. */
export async function readEc2Metadata(client: MetadataClient): Promise<Metadata> {
  const line = (name: string) => client.line(`/latest/meta-data/${name}`);
  const [local, hostname, instanceId, instanceType, availabilityZone, publicIpv4, localIpv4, sshKeys] =
    await Promise.all([
      line('local-hostname'),
      line('hostname'),
      line('instance-id'),
      line('instance-type'),
      line('placement/availability-zone'),
      line('public-ipv4'),
      line('local-ipv4'),
      readKeys(client),
    ]);
  return {
    hostname: local ?? hostname,
    sshKeys,
    instanceId,
    instanceType,
    availabilityZone,
    publicIpv4,
    localIpv4,
  };
}

/**
 * Reads the SSH keys. The index has a line `NUMBER=NAME` per key; Hetzner's copy has the keys
 * themselves, as a JSON array.
 */
async function readKeys(client: MetadataClient): Promise<string[]> {
  const directory = '/latest/meta-data/public-keys/';
  const index = (await client.text(directory)) ?? '';
  if (index.startsWith('[')) return linesOf(parseArray(index));
  const numbers = [...index.matchAll(/^(\d+)=/gm)].map((match) => match[1]);
  const keys = await Promise.all(numbers.map((number) => client.text(`${directory}${number}/openssh-key`)));
  return keys.flatMap((key) => linesOf(key ?? ''));
}

function parseArray(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}
