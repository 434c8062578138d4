import { parseKeySource } from '@haos/ssh';
import { proxyOf } from '../appliers/environment/environment.js';
import type { CloudConfig } from '../generated/types.js';
import { type Finding, finding, isHttpUrl, parseUrl, type Rule } from './rule.js';

const VARIABLES = { http: ['http_proxy', 'HTTP_PROXY'], https: ['https_proxy', 'HTTPS_PROXY'] } as const;

/**
 * Reports proxies that HAOS cannot use for downloads; k3s and commands may support more kinds. It
 * is an error if the configuration needs that proxy for a download, because the download then
 * fails.
 */
export const proxyRule: Rule = (config) => {
  const environment = config.haos?.environment ?? {};
  const proxies = proxyOf(environment);
  return (['http', 'https'] as const).flatMap((scheme): Finding[] => {
    const address = proxies[scheme];
    if (address === undefined || isProxy(address)) return [];
    const name = VARIABLES[scheme].find((candidate) => environment[candidate]);
    return finding(
      'invalid-url',
      `/haos/environment/${name}`,
      'HAOS cannot download through this proxy: its address is not an http or https URL',
      'Write it as `http://HOST:PORT`.',
      { severity: downloads(config, scheme) ? 'error' : 'warning' },
    );
  });
};

/** Without a scheme it is http, as in curl. */
function isProxy(address: string): boolean {
  const whole = address.includes('://') ? address : `http://${address}`;
  return ['http:', 'https:'].includes(parseUrl(whole)?.protocol ?? '');
}

/** Returns whether the phases download anything with such a URL. */
function downloads({ bootManifests = [], sshAuthorizedKeys = [] }: CloudConfig, scheme: string): boolean {
  const manifests = bootManifests.map(({ url = '' }) => url).filter(isHttpUrl);
  const pages = sshAuthorizedKeys.map(parseKeySource).filter((source) => source.kind === 'remote');
  return [...manifests, ...pages.map(({ url }) => url)].some((url) => new URL(url).protocol === `${scheme}:`);
}
