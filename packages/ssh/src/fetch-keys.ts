import { HaosError, type Host, isHaosError, type ProxySettings, redactUrl } from '@haos/host';
import type { SshErrorCode } from './errors.js';
import type { KeySource } from './key-source.js';
import { type PublicKey, parsePublicKeys, type RejectedLine } from './public-key.js';

/** The result of a source: its keys, or why it has none. `source` is the text of its KeySource. */
export type KeyOutcome =
  | { source: string; keys: readonly PublicKey[]; rejected: readonly RejectedLine[] }
  | { source: string; error: HaosError<SshErrorCode> };

export interface FetchKeysOptions {
  proxy?: ProxySettings;
  /** Ends all downloads. A source that has not answered by then has an error as its outcome. */
  signal?: AbortSignal;
}

/** Pages with keys are small; a larger page is something else. */
const MAX_BYTES = 1024 * 1024;

/**
 * Fetches the keys of all sources in parallel, with the retries of `host.fetch`. Literal keys need
 * no network. Returns one outcome per source, in their order. If a source fails or answers without
 * a valid key, its outcome is an error: HAOS_SSH_FETCH_FAILED, HAOS_SSH_NO_KEY,
 * HAOS_SSH_SOURCE_INVALID.
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

/** Returns the outcome of a source that needs no network. */
export function readLocalSource(source: Exclude<KeySource, { kind: 'remote' }>): KeyOutcome {
  if (source.kind === 'literal') return { source: source.text, keys: source.keys, rejected: source.rejected };
  const error = new HaosError<SshErrorCode>(
    'HAOS_SSH_SOURCE_INVALID',
    `cannot use an SSH key: ${source.reason}`,
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
  return new HaosError('HAOS_SSH_FETCH_FAILED', `cannot get SSH keys: ${cause.message}`, {
    hint: cause.hint ?? 'Check the name of the source and the network. Installed keys stay.',
    cause,
    details: { url: redactUrl(url) },
  });
}
