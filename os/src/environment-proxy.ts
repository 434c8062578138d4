import type { ProxySettings } from '@haos/host';

/**
 * Returns the proxies that an environment names, as curl reads them: in lower case, and for https
 * also in upper case.
 */
export function environmentProxy(env: NodeJS.ProcessEnv): ProxySettings {
  const http = env.http_proxy;
  const https = env.https_proxy || env.HTTPS_PROXY;
  const no = env.no_proxy || env.NO_PROXY;
  return { ...(http && { http }), ...(https && { https }), ...(no && { no }) };
}
