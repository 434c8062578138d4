import { parseKeySource } from '@haos/ssh';
import { proxyOf } from '../appliers/environment.js';
import type { CloudConfig } from '../generated/types.js';
import type { Finding, Rule } from './rule.js';

const VARIABLES = { http: ['http_proxy', 'HTTP_PROXY'], https: ['https_proxy', 'HTTPS_PROXY'] } as const;

/**
 * Proxies that HAOS cannot download through; k3s and commands may know more kinds of them. An error where the configuration has
 * something to download, which then fails.
 */
export const proxyRule: Rule = (config) => {
  const environment = config.haos?.environment ?? {};
  const proxies = proxyOf(environment);
  return (['http', 'https'] as const).flatMap((scheme): Finding[] => {
    const address = proxies[scheme];
    if (address === undefined || isProxy(address)) return [];
    const name = VARIABLES[scheme].find((candidate) => environment[candidate]);
    return [
      {
        code: 'invalid-url',
        severity: hasDownloads(config) ? 'error' : 'warning',
        pointer: `/haos/environment/${name}`,
        message: 'HAOS cannot download through this proxy: its address is no http or https URL',
        hint: 'write it as http://HOST:PORT',
      },
    ];
  });
};

/** Without a scheme it is http, as in curl. */
function isProxy(address: string): boolean {
  const whole = address.includes('://') ? address : `http://${address}`;
  return URL.canParse(whole) && ['http:', 'https:'].includes(new URL(whole).protocol);
}

function hasDownloads({ bootManifests = [], sshAuthorizedKeys = [] }: CloudConfig): boolean {
  return bootManifests.length > 0 || sshAuthorizedKeys.some((text) => parseKeySource(text).kind === 'remote');
}
