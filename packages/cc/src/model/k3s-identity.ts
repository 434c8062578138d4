import leven from 'leven';
import { configDefinition } from '../generated/keys.js';
import type { Node, Pair } from '../parse/node.js';
import { scalarType } from '../parse/scalar.js';
import { snakeCase } from './key.js';
import { lookUpName } from './names.js';
import { suggestName } from './suggest-name.js';

/** The keys that decide which cluster a node belongs to and as what, as they are documented. */
const IDENTITY_KEYS = ['haos.server_url', 'haos.token', 'haos.k3s_args'] as const;
export type IdentityKey = (typeof IDENTITY_KEYS)[number];

/**
 * Names from other systems (k3s's own variables, RKE2, kubeadm, Kairos) for what one of these keys
 * is here. Their distance from our names is too large for a suggestion.
 */
const FOREIGN: readonly [RegExp, IdentityKey][] = [
  [
    /^(?:(?:k3s|cluster|join|master|leader)_)?(?:server|url|master)(?:_(?:url|address|addr|ip|host))?$/,
    'haos.server_url',
  ],
  [/^(?:(?:k3s|cluster|join|node|agent|server)_)?(?:token|secret)$/, 'haos.token'],
  [/^(?:(?:k3s|node|cluster|server|agent)_)?(?:args?|exec|role)$|^extra_args$/, 'haos.k3s_args'],
];

/** Two letters in the wrong order are this far from the right one. */
const SLIPS = 2;

/** A section whose keys were meant to be those of `haos`. */
const SECTIONS = /^(?:k3os|k3s|rancher|kubernetes|k8s|cluster)$/i;

/**
 * The key of k3s's identity that an unknown key at the top level or in `haos` probably means;
 * undefined when it looks like another key, or like none.
 */
export function meantIdentity(spelling: string): IdentityKey | undefined {
  const haos = lookUpName(configDefinition, 'haos')!;
  const exact = lookUpName(haos, spelling);
  if (exact) return asIdentity(snakeCase(exact.name));
  const plain = snakeCase(spelling.replace(/^[A-Z0-9_-]+$/, (capitals) => capitals.toLowerCase()));
  const name = plain.replaceAll('-', '_').replace(/^_/, '').toLowerCase();
  const foreign = FOREIGN.find(([pattern]) => pattern.test(name))?.[1];
  const similar = suggestName(haos, spelling);
  if (foreign !== undefined || similar !== undefined) return foreign ?? asIdentity(similar);
  const keys = (haos.keys ?? []).filter((key) => asIdentity(snakeCase(key.name)));
  const near = keys.find((key) => key.spellings.some((each) => leven(name, each) <= SLIPS));
  return asIdentity(near && snakeCase(near.name));
}

/** A pair of a configuration, and the key of k3s's identity that it sets. */
interface IdentityPair {
  pair: Pair;
  meant: IdentityKey;
}

/**
 * The keys of k3s's identity that a pair of the top level or of `haos` sets: a section has several.
 * An agent needs a server, so arguments that make one also stand for it.
 */
export function identityIn(pair: Pair, pointer: string): IdentityPair[] {
  const { key, value } = pair;
  const haos = lookUpName(configDefinition, 'haos')!;
  if (pointer === '')
    return isLikeHaos(key) && value.kind === 'mapping'
      ? value.pairs.flatMap((inside) => identityIn(inside, '/haos'))
      : [];
  if (lookUpName(haos, key)?.name === 'environment' && value.kind === 'mapping')
    return value.pairs.flatMap((inside) => identityIn(inside, pointer));
  const meant = meantIdentity(key);
  if (meant === undefined || isEmpty(value)) return [];
  const server = { pair, meant: 'haos.server_url' } as const;
  return [{ pair, meant }, ...(meant === 'haos.k3s_args' && makesAgent(value) ? [server] : [])];
}

/** Whether a value sets nothing. */
export function isEmpty(node: Node): boolean {
  if (node.kind === 'scalar') return node.text === '' || scalarType(node) === 'null';
  return (node.kind === 'mapping' ? node.pairs : node.items).length === 0;
}

function makesAgent(value: Node): boolean {
  const items = value.kind === 'sequence' ? value.items : [value];
  return items.some((item) => item.kind === 'scalar' && /^(?:agent$|(?:--server|-s)(?:$|=))/.test(item.text));
}

/** Whether an unknown section looks as if it were `haos`. */
export function isLikeHaos(spelling: string): boolean {
  return SECTIONS.test(spelling) || leven(spelling.toLowerCase(), 'haos') <= SLIPS;
}

function asIdentity(name: string | undefined): IdentityKey | undefined {
  return IDENTITY_KEYS.find((key) => key === `haos.${name}`);
}
