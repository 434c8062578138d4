/** The data sources of `haos.data_sources`. */
export const DATA_SOURCES = [
  'aws',
  'cdrom',
  'digitalocean',
  'gcp',
  'hetzner',
  'openstack',
  'packet',
  'scaleway',
  'vultr',
] as const;

/** How `write_files` contents may be encoded. */
export const ENCODINGS = [
  '',
  'text/plain',
  'b64',
  'base64',
  'gz',
  'gzip',
  'gz+b64',
  'gz+base64',
  'gzip+b64',
  'gzip+base64',
] as const;
