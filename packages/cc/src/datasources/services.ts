import { aws } from './aws.js';
import { digitalocean } from './digitalocean.js';
import { gcp } from './gcp.js';
import { hetzner } from './hetzner.js';
import { openstack } from './openstack.js';
import { packet } from './packet.js';
import { scaleway } from './scaleway.js';
import type { DataSourceName, MetadataService } from './types.js';
import { vultr } from './vultr.js';

/** The data sources that are web services. */
export const services: Readonly<Record<Exclude<DataSourceName, 'cdrom'>, MetadataService>> = {
  aws,
  digitalocean,
  gcp,
  hetzner,
  openstack,
  packet,
  scaleway,
  vultr,
};
