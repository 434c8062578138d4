import { HaosError, type Host } from '@haos/host';
import { utf8 } from '@haos/host/internal';
import type { CcErrorCode } from '../errors.js';
import { type Fields, fieldsOf, linesOf, textOf } from './metadata-client.js';
import { readNovaMetadata } from './openstack.js';
import { parsePlainYaml } from './plain-yaml.js';
import type { Found, Metadata, NetworkDocument } from './types.js';
import { type FoundVolume, findVolumes } from './volume/find-volumes.js';
import type { Volume } from './volume/types.js';

/**
 * Reads NoCloud: a volume labelled `cidata`, else a disc with the files of one. Source:
 * cloud-init's documentation, "NoCloud".
 */
export async function readSeedDrive(host: Host): Promise<Found | undefined> {
  const volumes = findVolumes(host);
  const labelled = volumes.filter(({ label }) => /^cidata$/i.test(label));
  const discs = volumes.filter(({ device }) => /^sr\d/.test(device));
  for (const volume of new Set([...labelled, ...discs])) {
    const userData = read(volume, 'user-data') ?? read(volume, 'config');
    const isLabelled = labelled.includes(volume);
    const network = isLabelled ? networkOf(volume, 'network-config', 'network-config') : undefined;
    const isSeed = network !== undefined || (isLabelled && volume.read('meta-data') !== undefined);
    if (!userData && !isSeed) continue;
    return { ...(await withMetadata(userData, () => readSeedMetadata(volume))), network };
  }
  return undefined;
}

/**
 * Reads a config drive: a volume labelled `config-2`. Source: the Nova user guide, "config drives".
 */
export async function readConfigDrive(host: Host): Promise<Found | undefined> {
  const volume = findVolumes(host).find(({ label }) => /^config-2$/i.test(label));
  if (!volume) return undefined;
  const userData = read(volume, 'openstack/latest/user_data');
  const network = networkOf(volume, 'openstack/latest/network_data.json', 'network-data');
  const found = await withMetadata(userData, async () => {
    const content = volume.read('openstack/latest/meta_data.json');
    return content ? readNovaMetadata(parseObject(content, volume)) : {};
  });
  return { ...found, network };
}

function networkOf(volume: Volume, path: string, form: NetworkDocument['form']): NetworkDocument | undefined {
  const content = read(volume, path);
  return content && { form, content };
}

/** Adds the metadata. User data counts even if the metadata beside it is broken. */
async function withMetadata(
  userData: Uint8Array | undefined,
  readMetadata: () => Promise<Metadata>,
): Promise<Found> {
  try {
    return { userData, metadata: await readMetadata() };
  } catch (error) {
    if (!userData) throw error;
    return { userData, metadata: {}, problem: (error as Error).message };
  }
}

/** Reads a file; undefined if it does not exist or is empty. */
function read(volume: Volume, path: string): Uint8Array | undefined {
  const content = volume.read(path);
  return content && content.length > 0 ? content : undefined;
}

async function readSeedMetadata(volume: FoundVolume): Promise<Metadata> {
  const content = volume.read('meta-data');
  if (!content) return {};
  const document = await parsePlainYaml(utf8(content), `meta-data of ${volume.device}`);
  return {
    hostname: textOf(document['local-hostname']) ?? textOf(document.hostname),
    sshKeys: linesOf(document['public-keys']),
    instanceId: textOf(document['instance-id']),
  };
}

function parseObject(content: Uint8Array, { device }: FoundVolume): Fields {
  try {
    const fields = fieldsOf(JSON.parse(utf8(content)));
    if (fields) return fields;
  } catch {
    // Treated like any other wrong value.
  }
  throw new HaosError<CcErrorCode>(
    'HAOS_CC_DATA_SOURCE_ANSWER',
    `meta_data.json of ${device} is not a JSON object`,
  );
}
