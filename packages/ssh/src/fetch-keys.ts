import { HaosError, type Host, isHaosError, type ProxySettings, redactUrl } from '@haos/host';
import type { SshErrorCode } from './errors.js';
import type { KeySource } from './key-source.js';
import { type PublicKey, parsePublicKeys, type RejectedLine } from './public-key.js';

/** What a source gave: its keys, or why there are none. `source` is the text of its KeySource. */
export type KeyOutcome =
  | { source: string; keys: readonly PublicKey[]; rejected: readonly RejectedLine[] }
  | { source: string; error: HaosError<SshErrorCode> };

export interface FetchKeysOptions {
  proxy?: ProxySettings;
  /** Ends all downloads; what has not answered by then has an error as its outcome. */
  signal?: AbortSignal;
}

/** Pages with keys are small; what is bigger is something else. */
const MAX_BYTES = 1024 * 1024;

/**
 * Gets the keys of all sources at once, retrying as `host.fetch` does; literal ones need no network. One outcome per source,
 * in their order. A source that fails or answers without one valid key has an error as its outcome: HAOS_SSH_FETCH_FAILED,
 * HAOS_SSH_NO_KEY, HAOS_SSH_SOURCE_INVALID.
 */
export async function fetchKeys(
  host: Host,
  sources: readonly KeySource[],
  options: FetchKeysOptions = {},
): Promise<KeyOutcome[]> {
  const bySource = new Map(sources.map((source) => [source.text, source]));
  return Promise.all(
    [...bySource.values()].map((source) =>
      source.kind === 'remote' ? fetchSource(host, source, options) : readLocalSource(source),
    ),
  );
}

/** The outcome of a source that needs no network. */
export function readLocalSource(source: Exclude<KeySource, { kind: 'remote' }>): KeyOutcome {
  if (source.kind === 'literal') return { source: source.text, keys: source.keys, rejected: source.rejected };
  const error = new HaosError<SshErrorCode>(
    'HAOS_SSH_SOURCE_INVALID',
    `an SSH key cannot be used: ${source.reason}`,
    { hint: 'Write a public key as in id_ed25519.pub, github:USER, gitlab:USER or a URL.' },
  );
  return { source: source.text, error };
}

async function fetchSource(
  host: Host,
  { text, url }: { text: string; url: string },
  options: FetchKeysOptions,
): Promise<KeyOutcome> {
  try {
    const { body } = await host.fetch(url, { ...options, maxBytes: MAX_BYTES });
    const { keys, rejected } = parsePublicKeys(new TextDecoder().decode(body));
    return keys.length > 0 ? { source: text, keys, rejected } : { source: text, error: noKey(url) };
  } catch (error) {
    if (!isHttpFailure(error)) throw error;
    return { source: text, error: fetchFailed(url, error) };
  }
}

function isHttpFailure(error: unknown): error is HaosError {
  return isHaosError(error) && error.code.startsWith('HAOS_HTTP_');
}

function noKey(url: string): HaosError<SshErrorCode> {
  return new HaosError('HAOS_SSH_NO_KEY', `${redactUrl(url)} answered without a valid SSH key`, {
    hint: 'Check that the account exists and has a key, and that the page is plain text with one key per line.',
    details: { url: redactUrl(url) },
  });
}

function fetchFailed(url: string, cause: HaosError): HaosError<SshErrorCode> {
  return new HaosError('HAOS_SSH_FETCH_FAILED', `fetch SSH keys: ${cause.message}`, {
    hint: cause.hint ?? 'Check the name of the source and the network; keys that are installed stay.',
    cause,
    details: { url: redactUrl(url) },
  });
}
