import { fieldsOf, linesOf, type MetadataClient, mapsOf, textOf, wrongAnswer } from './metadata-client.js';
import type { MetadataService } from './types.js';

const DOCUMENT = '/v1.json';

/** Vultr instances. Source: its metadata API reference. */
export const vultr: MetadataService = {
  name: 'vultr',
  endpoints: ['http://169.254.169.254'],
  async userData(client) {
    const content = await client.bytes('/user-data/user-data');
    if (content) return content;
    const text = (await readDocument(client))['user-data'];
    return typeof text === 'string' && text !== '' ? new TextEncoder().encode(text) : undefined;
  },
  async metadata(client) {
    const document = await readDocument(client);
    const addressOf = (type: string) => {
      const found = mapsOf(document.interfaces).find((entry) => entry['network-type'] === type);
      return textOf(fieldsOf(found?.ipv4)?.address);
    };
    const region = fieldsOf(document.region);
    return {
      hostname: textOf(document.hostname),
      sshKeys: linesOf(document['public-keys']),
      instanceId: textOf(document['instance-v2-id']) ?? textOf(document.instanceid),
      region: textOf(region?.regioncode),
      publicIpv4: addressOf('public'),
      localIpv4: addressOf('private'),
    };
  },
};

async function readDocument(client: MetadataClient) {
  const document = (await client.json(DOCUMENT)) ?? {};
  if (Object.keys(document).length > 0 && document.instanceid === undefined)
    throw wrongAnswer(DOCUMENT, 'has no instanceid');
  return document;
}
