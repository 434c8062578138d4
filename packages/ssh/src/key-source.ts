import { type ParsedKeys, parsePublicKeys } from './public-key.js';

/**
 * One parsed item of `ssh_authorized_keys`. `text` is the trimmed item and identifies the source.
 */
export type KeySource =
  /** Literal public keys; empty if the item is blank or a comment. */
  | ({ kind: 'literal'; text: string } & ParsedKeys)
  /** A page with one key per line. */
  | { kind: 'remote'; text: string; url: string }
  | { kind: 'invalid'; text: string; reason: string };

/** Letters, digits, inner hyphens. The underscore separates the company of a managed account. */
const GITHUB_USER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const GITLAB_USER = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/;

/**
 * Parses an item of `ssh_authorized_keys`: a public key, `github:USER`, `gitlab:USER`, or an
 * http(s) URL. The syntax of user names keeps the URL on the path `/USER.keys`. Never throws.
 */
export function parseKeySource(item: string): KeySource {
  const text = item.trim();
  const [scheme = ''] = text.split(':', 1);
  const rest = text.slice(scheme.length + 1);
  switch (text.includes(':') ? scheme.toLowerCase() : '') {
    case 'github':
      return toUserPage(text, 'https://github.com', GITHUB_USER.test(rest) ? rest : undefined);
    case 'gitlab':
      return toUserPage(text, 'https://gitlab.com', GITLAB_USER.test(rest) ? rest : undefined);
    case 'http':
    case 'https':
      return isWebAddress(text)
        ? { kind: 'remote', text, url: text }
        : { kind: 'invalid', text, reason: 'the URL is malformed' };
    default:
      return toLiteral(text);
  }
}

function toUserPage(text: string, site: string, user: string | undefined): KeySource {
  if (user === undefined) return { kind: 'invalid', text, reason: 'the user name is malformed' };
  return { kind: 'remote', text, url: `${site}/${user}.keys` };
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(text) && !/\s/.test(text) && URL.canParse(text);
}

function toLiteral(text: string): KeySource {
  const { keys, rejected } = parsePublicKeys(text);
  const first = rejected[0];
  if (keys.length === 0 && first) return { kind: 'invalid', text, reason: first.reason };
  return { kind: 'literal', text, keys, rejected };
}
