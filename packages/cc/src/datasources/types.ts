import type { Host } from '@haos/host';
import type { DATA_SOURCES } from '../model/values.js';
import type { MetadataClient } from './metadata-client.js';

/** A valid name in `haos.data_sources`. */
export type DataSourceName = (typeof DATA_SOURCES)[number];

/** What a cloud says about the node, apart from user data. */
export interface Metadata {
  hostname?: string | undefined;
  /** Lines of authorized_keys. */
  sshKeys?: readonly string[] | undefined;
  instanceId?: string | undefined;
  instanceType?: string | undefined;
  region?: string | undefined;
  availabilityZone?: string | undefined;
  publicIpv4?: string | undefined;
  localIpv4?: string | undefined;
}

/** Settings of networks as a drive has them, byte for byte. */
export interface NetworkDocument {
  form: 'network-config' | 'network-data';
  content: Uint8Array;
}

/** What a data source has for this node. */
export interface Found {
  /** Byte for byte; undefined if there is no user data. */
  userData: Uint8Array | undefined;
  metadata: Metadata;
  network?: NetworkDocument | undefined;
  /** Why the metadata beside the user data could not be read. */
  problem?: string | undefined;
}

/** A data source that is a web service. */
export interface MetadataService {
  readonly name: DataSourceName;
  /** The possible addresses; all are asked at once. */
  readonly endpoints: readonly string[];
  /** The service also answers at fe80::a9fe:a9fe of every interface. */
  readonly isLinkLocal?: boolean;
  /** Prepares the requests for documents, such as by getting a token. */
  open?(client: MetadataClient): Promise<MetadataClient>;
  userData(client: MetadataClient): Promise<Uint8Array | undefined>;
  metadata(client: MetadataClient, host: Host): Promise<Metadata>;
}
