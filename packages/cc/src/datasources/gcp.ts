import { fromBase64, latin1 } from '@haos/host/internal';
import { fieldsOf, linesOf, type MetadataClient, mapsOf, textOf, wrongAnswer } from './metadata-client.js';
import type { MetadataService } from './types.js';

const USER_DATA = '/computeMetadata/v1/instance/attributes/user-data';

/**
 * Google Compute Engine, by its address, because names need a resolver. The request and the answer
 * both carry the header, so that no other service is mistaken for it. Source: Compute Engine's
 * "view and query VM metadata".
 */
export const gcp: MetadataService = {
  name: 'gcp',
  endpoints: ['http://169.254.169.254'],
  open: async (client) =>
    client.with({ headers: { 'metadata-flavor': 'Google' }, mark: ['metadata-flavor', 'Google'] }),
  async userData(client) {
    const [content, encoding] = await Promise.all([
      client.bytes(USER_DATA),
      client.text(`${USER_DATA}-encoding`),
    ]);
    return encoding?.trim() === 'base64' && content ? decodeBase64(content) : content;
  },
  async metadata(client, host) {
    const [instance = {}, sshKeys] = await Promise.all([
      client.json('/computeMetadata/v1/instance/?recursive=true&alt=json'),
      readProjectKeys(client),
    ]);
    const attributes = fieldsOf(instance.attributes) ?? {};
    const network = mapsOf(instance.networkInterfaces)[0];
    const isBlocked = textOf(attributes['block-project-ssh-keys'])?.toLowerCase() === 'true';
    // Keys under the old name also replace those of the project.
    const lines = [
      ...linesOf(attributes['ssh-keys']),
      ...linesOf(attributes.sshKeys),
      ...(isBlocked || attributes.sshKeys !== undefined ? [] : sshKeys),
    ];
    return {
      hostname: textOf(instance.hostname),
      sshKeys: lines.flatMap((line) => publicKeyOf(line, host.clock.now())),
      instanceId: textOf(instance.id),
      instanceType: lastPart(instance.machineType),
      availabilityZone: lastPart(instance.zone),
      publicIpv4: textOf(mapsOf(network?.accessConfigs)[0]?.externalIp),
      localIpv4: textOf(network?.ip),
    };
  },
};

async function readProjectKeys(client: MetadataClient): Promise<string[]> {
  const names = ['ssh-keys', 'sshKeys'];
  const texts = await Promise.all(
    names.map((name) => client.text(`/computeMetadata/v1/project/attributes/${name}`)),
  );
  return texts.flatMap((text) => linesOf(text ?? ''));
}

/**
 * Returns the key of a line `USER:KEY`, in which a comment `google-ssh {"expireOn": ...}` says how
 * long the key is valid.
 */
function publicKeyOf(line: string, now: number): string[] {
  const key = line.replace(/^[^\s:]+:/, '');
  const [, expiry] = /\sgoogle-ssh\s.*"expireOn"\s*:\s*"([^"]+)"/.exec(key) ?? [];
  // Offsets are written like +0000, which JavaScript does not accept as ISO 8601.
  const expires = Date.parse((expiry ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return expires < now ? [] : [key];
}

/** Returns the name at the end of `projects/1/zones/NAME`. */
function lastPart(value: unknown): string | undefined {
  return textOf(value)?.split('/').at(-1);
}

function decodeBase64(content: Uint8Array): Uint8Array {
  const digits = /^([A-Za-z0-9+/]*)={0,2}$/.exec(latin1(content).replace(/\s/g, ''))?.[1];
  // Four digits are three bytes; a single one more is not a byte.
  if (digits === undefined || digits.length % 4 === 1) throw wrongAnswer(USER_DATA, 'is not base64');
  return fromBase64(digits);
}
