import { redactUrl } from '@haos/host';
import type { Gate, PromQuery } from '../objects/rollout.js';

/** A request that a gate needs. */
export interface Probe {
  /** Of the request. */
  readonly url: string;
  /** For people; without what a URL may have of secrets. */
  readonly shown: string;
  readonly timeoutSeconds: number;
  /** Of the values, if it is a query. */
  readonly limits?: Limits;
}

export type Limits = Pick<PromQuery, 'min' | 'max'>;

const TIMEOUT_SECONDS = 10;
/** Characters of a query in a message. */
const LONGEST_QUERY = 200;

/** Returns the requests of a gate. */
export function probesOf({ httpProbes = [], promQueries = [] }: Gate = {}): Probe[] {
  return [
    ...httpProbes.map(({ url, timeoutSeconds = TIMEOUT_SECONDS }) => ({
      url,
      shown: redactUrl(url),
      timeoutSeconds,
    })),
    ...promQueries.map(({ url, query, timeoutSeconds = TIMEOUT_SECONDS, ...limits }) => ({
      url: `${url.replace(/\/+$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`,
      shown: `the query ${query.slice(0, LONGEST_QUERY)}`,
      timeoutSeconds,
      limits,
    })),
  ];
}

/** Returns what is wrong with the values of a query; undefined if all keep the limits. */
export function findExcess(values: readonly number[], limits: Limits): string | undefined {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
  if (values.length === 0) return 'has no result';
  // NaN keeps no limit.
  const bad = values.find((value) => !(value >= min && value <= max));
  if (bad === undefined) return undefined;
  return bad < min ? `has ${bad}, below ${min}` : `has ${bad}, above ${max}`;
}
