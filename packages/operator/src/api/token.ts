import type { ApiClient } from './client.js';
import { pathOf, RESOURCES } from './resource.js';

export interface TokenRequestOptions {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** At least 600; default 3600. The API server may shorten it. */
  readonly seconds?: number;
}

interface TokenRequest {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/**
 * Returns a function that returns a token of a service account, by TokenRequest. A token is renewed
 * after four fifths of its life; if that fails, it is used until it expires. Throws as
 * `ApiClient.call` does.
 */
export function createTokenSource(client: ApiClient, options: TokenRequestOptions): () => Promise<string> {
  const { seconds = 3600 } = options;
  let current: { token: string; renewAt: number; expiresAt: number } | undefined;
  let running: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const asked = performance.now();
    const { token, expirationTimestamp } = await requestToken(client, { ...options, seconds });
    // The node's clock may be wrong: only the length is used, and that is at most what was asked.
    const life = Math.min(seconds * 1000, Date.parse(expirationTimestamp) - client.clock.now());
    const length = life > 0 ? life : seconds * 1000;
    current = { token, renewAt: asked + length * 0.8, expiresAt: asked + length };
    return token;
  }

  return async () => {
    const now = performance.now();
    const known = current;
    if (known !== undefined && now < known.renewAt) return known.token;
    running ??= renew().finally(() => {
      running = undefined;
    });
    if (known === undefined || now >= known.expiresAt) return running;
    return running.catch(() => known.token);
  };
}

async function requestToken(
  client: ApiClient,
  { namespace, serviceAccount, seconds }: TokenRequestOptions,
): Promise<TokenRequest['status']> {
  const path = pathOf(RESOURCES.serviceAccount, { namespace, name: serviceAccount, subresource: 'token' });
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: seconds },
  };
  return (await client.call<TokenRequest>({ method: 'POST', path, body })).status;
}
