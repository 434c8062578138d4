import { familyOf, isNetwork, parsePrefix } from './ip-address.js';

/** A static route of `haos.network`. */
export interface Route {
  family: 4 | 6;
  /** The words of ip-route(8) without the interface. */
  words: readonly string[];
}

/**
 * Parses `TO [via ROUTER] [onlink] [metric NUMBER]`, where TO is a network or `default`. Returns
 * what is wrong as a text.
 */
export function parseRoute(text: string): Route | string {
  const [to = '', ...rest] = text.split(' ').filter((word) => word !== '');
  const options = readOptions(rest);
  if (options === undefined) return 'is not a route';
  const { via, onlink, metric } = options;
  const router = via === undefined ? undefined : familyOf(via);
  if (via !== undefined && router === undefined) return `has a router that is not an IP address`;
  const prefix = to === 'default' ? undefined : parsePrefix(to);
  if (to !== 'default' && prefix === undefined) return 'is not to a network, such as 10.2.0.0/16';
  if (prefix && !isNetwork(prefix)) return `has bits after the first ${prefix.length} of its network`;
  const family = prefix?.family ?? router;
  if (family === undefined) return 'needs a router: default via 10.1.0.1';
  if (router !== undefined && router !== family) return 'has a router of another family';
  if (onlink && via === undefined) return 'has onlink, but no router';
  const words = [
    to,
    ...(via === undefined ? [] : ['via', via]),
    ...(onlink ? ['onlink'] : []),
    ...(metric === undefined ? [] : ['metric', metric]),
  ];
  return { family, words };
}

interface Options {
  via?: string;
  onlink?: true;
  metric?: string;
}

function readOptions(words: readonly string[]): Options | undefined {
  const options: Options = {};
  const left = [...words];
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name in options) return undefined;
    if (name === 'onlink') options.onlink = true;
    else if (name === 'via' && left.length > 0) options.via = left.shift()!;
    else if (name === 'metric' && isMetric(left[0])) options.metric = left.shift()!;
    else return undefined;
  }
  return options;
}

function isMetric(text: string | undefined): boolean {
  return text !== undefined && /^(?:0|[1-9]\d{0,9})$/.test(text) && Number(text) < 2 ** 32;
}
