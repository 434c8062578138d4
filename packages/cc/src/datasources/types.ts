import type { Host } from '@haos/host';
import type { DATA_SOURCES } from '../model/schema.js';
import type { MetadataClient } from './metadata-client.js';

/** A name that `haos.data_sources` may hold. */
export type DataSourceName = (typeof DATA_SOURCES)[number];

/** What a cloud says about the node beside user data. */
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

/** What a data source has for this node. */
export interface Found {
  /** Byte for byte; undefined when there is none. */
  userData: Uint8Array | undefined;
  metadata: Metadata;
  /** What could not be had beside it. */
  problem?: string | undefined;
}

/** A data source that is a web service. */
export interface MetadataService {
  readonly name: DataSourceName;
  /** Where it may be; all are asked at once. */
  readonly endpoints: readonly string[];
  /** Also at fe80::a9fe:a9fe of every interface. */
  readonly isLinkLocal?: boolean;
  /** What has to be agreed before documents are asked for. */
  open?(client: MetadataClient): Promise<MetadataClient>;
  userData(client: MetadataClient): Promise<Uint8Array | undefined>;
  metadata(client: MetadataClient, host: Host): Promise<Metadata>;
}
