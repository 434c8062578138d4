import type { Host } from '@haos/host';
import { layout } from '@haos/system';
import type { DataSourceName, Metadata, NetworkDocument } from './types.js';

/** The combined results of all data sources. */
export interface Delivery {
  /** The source of the user data, else the first source that answered. */
  provider: DataSourceName | undefined;
  userData: Uint8Array | undefined;
  metadata: Metadata;
  /** That of the first source that has one. */
  network?: NetworkDocument | undefined;
}

/** The names are fixed, so that no answer of a service becomes a path. */
const FILES: Readonly<Record<Exclude<keyof Metadata, 'hostname' | 'sshKeys'>, string>> = {
  instanceId: 'instance_id',
  instanceType: 'instance_type',
  region: 'region',
  availabilityZone: 'availability_zone',
  publicIpv4: 'public_ipv4',
  localIpv4: 'local_ipv4',
};

/**
 * Writes the results below `/run/config`. Keeps files of an earlier run in this boot if there is no
 * new value for them.
 */
export function deliver({ files }: Host, { provider, userData, metadata, network }: Delivery): void {
  const put = (name: string, text: string | undefined) => {
    if (text) files.write(`${layout.delivered}/${name}`, `${text}\n`, { mode: 0o644 });
  };
  for (const [key, name] of Object.entries(FILES)) put(name, metadata[key as keyof typeof FILES]);
  put('hostname', metadata.hostname);
  put('local_hostname', metadata.hostname);
  const keys = metadata.sshKeys ?? [];
  if (keys.length > 0) files.write(layout.deliveredKeys, `${keys.join('\n')}\n`, { mode: 0o600 });
  if (userData) files.write(layout.deliveredUserData, userData, { mode: 0o600, secret: true });
  if (network) deliverNetwork(files, network);
  put('provider', provider);
}

/** It may have passphrases of WiFi in it. Only one of the two files is there. */
function deliverNetwork(files: Host['files'], { form, content }: NetworkDocument): void {
  const paths = {
    'network-config': layout.deliveredNetworkConfig,
    'network-data': layout.deliveredNetworkData,
  } as const;
  const other = form === 'network-config' ? paths['network-data'] : paths['network-config'];
  if (files.stat(other) !== undefined) files.remove(other);
  files.write(paths[form], content, { mode: 0o600, secret: true });
}
