import type { DataSourceName } from '../datasources/types.js';
import type { MetadataFixture } from './fixture.js';
import { makeSeedImage } from './seed-image.js';

/** Documents by their path with query. Undefined: the document does not exist. */
export type Documents = Readonly<Record<string, string | Uint8Array | undefined>>;

/** The documents that each cloud serves for a fixture. */
export const documentsOf: Readonly<Record<DataSourceName, (fixture: MetadataFixture) => Documents>> = {
  aws: ec2Documents,
  cdrom: (fixture) => ({ '/cidata.iso': makeSeedImage(fixture) }),
  digitalocean: (fixture) => ({
    '/metadata/v1.json': JSON.stringify({
      droplet_id: fixture.instanceId,
      hostname: fixture.hostname,
      region: fixture.region,
      public_keys: fixture.sshKeys,
      interfaces: {
        public: [{ type: 'public', ipv4: { ip_address: fixture.publicIpv4 } }],
        private: [{ type: 'private', ipv4: { ip_address: fixture.localIpv4 } }],
      },
    }),
    '/metadata/v1/user-data': fixture.userData,
  }),
  gcp: gcpDocuments,
  hetzner: (fixture) => ({
    // JSON is YAML.
    '/hetzner/v1/metadata': JSON.stringify({
      'instance-id': fixture.instanceId,
      hostname: fixture.hostname,
      region: fixture.region,
      'availability-zone': fixture.availabilityZone,
      'public-ipv4': fixture.publicIpv4,
      'local-ipv4': fixture.localIpv4,
      'public-keys': fixture.sshKeys,
    }),
    '/hetzner/v1/userdata': fixture.userData,
  }),
  openstack: (fixture) => ({
    ...ec2Documents(fixture),
    '/openstack/latest/meta_data.json': JSON.stringify({
      uuid: fixture.instanceId,
      hostname: fixture.hostname,
      availability_zone: fixture.availabilityZone,
      // Nova ends them with a line break.
      public_keys: Object.fromEntries(
        (fixture.sshKeys ?? []).map((key, index) => [`key${index}`, `${key}\n`]),
      ),
    }),
    '/openstack/latest/user_data': fixture.userData,
  }),
  packet: (fixture) => ({
    '/metadata': JSON.stringify({
      id: fixture.instanceId,
      hostname: fixture.hostname,
      plan: fixture.instanceType,
      metro: fixture.region,
      facility: fixture.availabilityZone,
      ssh_keys: fixture.sshKeys,
      network: {
        addresses: [
          { address_family: 4, public: true, address: fixture.publicIpv4 },
          { address_family: 4, public: false, address: fixture.localIpv4 },
        ],
      },
    }),
    '/userdata': fixture.userData,
  }),
  scaleway: (fixture) => ({
    '/conf?format=json': JSON.stringify({
      id: fixture.instanceId,
      hostname: fixture.hostname,
      commercial_type: fixture.instanceType,
      location: { zone_id: fixture.availabilityZone },
      ssh_public_keys: (fixture.sshKeys ?? []).map((key) => ({ key })),
      tags: [],
      public_ip: { address: fixture.publicIpv4 },
      private_ip: fixture.localIpv4,
    }),
    '/user_data/cloud-init': fixture.userData,
  }),
  vultr: (fixture) => ({
    '/v1.json': JSON.stringify({
      instanceid: fixture.instanceId ?? '',
      hostname: fixture.hostname,
      region: { regioncode: fixture.region },
      interfaces: [
        { 'network-type': 'public', ipv4: { address: fixture.publicIpv4 } },
        { 'network-type': 'private', ipv4: { address: fixture.localIpv4 } },
      ],
      'public-keys': (fixture.sshKeys ?? []).join('\n'),
    }),
    '/user-data/user-data': fixture.userData,
  }),
};

function ec2Documents(fixture: MetadataFixture): Documents {
  const keys = fixture.sshKeys ?? [];
  const metadata = {
    'local-hostname': fixture.hostname,
    hostname: fixture.hostname,
    'instance-id': fixture.instanceId,
    'instance-type': fixture.instanceType,
    'placement/availability-zone': fixture.availabilityZone,
    'public-ipv4': fixture.publicIpv4,
    'local-ipv4': fixture.localIpv4,
    'public-keys/': keys.length === 0 ? undefined : keys.map((_, index) => `${index}=key${index}`).join('\n'),
    ...Object.fromEntries(keys.map((key, index) => [`public-keys/${index}/openssh-key`, `${key}\n`])),
  };
  return {
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, text]) => [`/latest/meta-data/${name}`, text]),
    ),
    '/latest/user-data': fixture.userData,
  };
}

function gcpDocuments(fixture: MetadataFixture): Documents {
  const root = '/computeMetadata/v1';
  const keys = (fixture.sshKeys ?? []).map((key) => `someone:${key}`).join('\n');
  return {
    [`${root}/instance/?recursive=true&alt=json`]: JSON.stringify({
      id: fixture.instanceId,
      hostname: fixture.hostname,
      machineType: fixture.instanceType && `projects/1/machineTypes/${fixture.instanceType}`,
      zone: fixture.availabilityZone && `projects/1/zones/${fixture.availabilityZone}`,
      attributes: { 'ssh-keys': keys },
      networkInterfaces: [{ ip: fixture.localIpv4, accessConfigs: [{ externalIp: fixture.publicIpv4 }] }],
    }),
    [`${root}/instance/attributes/user-data`]: fixture.userData,
  };
}
