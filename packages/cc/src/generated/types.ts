// Generated from src/schema.ts by `npm run generate`; do not edit.

export interface CloudConfig {
  sshAuthorizedKeys?: string[];
  writeFiles?: WriteFile[];
  hostname?: string;
  bootManifests?: BootManifest[];
  initCmd?: string[];
  bootCmd?: string[];
  runCmd?: string[];
  haos?: Haos;
}

export interface Haos {
  dataSources?: string[];
  modules?: string[];
  sysctls?: Record<string, string>;
  ntpServers?: string[];
  dnsNameservers?: string[];
  wifi?: Wifi[];
  password?: string;
  serverUrl?: string;
  token?: string;
  labels?: Record<string, string>;
  k3sArgs?: string[];
  environment?: Record<string, string>;
  taints?: string[];
  install?: Install;
}

export interface Install {
  forceEfi?: boolean;
  device?: string;
  configUrl?: string;
  silent?: boolean;
  isoUrl?: string;
  powerOff?: boolean;
  noFormat?: boolean;
  debug?: boolean;
  tty?: string;
}

export interface WriteFile {
  encoding?: string;
  content?: string;
  owner?: string;
  path?: string;
  permissions?: string;
}

export interface BootManifest {
  url?: string;
  sha256?: string;
}

export interface Wifi {
  name?: string;
  passphrase?: string;
}
