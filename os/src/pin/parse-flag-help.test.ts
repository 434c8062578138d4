import { expect, it } from 'vitest';
import { parseFlagHelp } from './parse-flag-help.js';

/** In the form of urfave/cli, with k3s's own texts cut short. */
const HELP = `NAME:
   k3s server - Run management server

USAGE:
   k3s server [OPTIONS]

OPTIONS:
   --config FILE, -c FILE                           (config) Load from FILE (default: "/etc/x.yaml") [$K3S_CONFIG_FILE]
   --debug                                          (logging) Turn on debug logs (default: false) [$K3S_DEBUG]
   -v value                                         (logging) Number for the level (default: 0)
   --tls-san value [ --tls-san value ]              (listener) Add names, see --help of --other
   --node-ip value, -i value [ --node-ip value, -i value ]  (agent/networking) Addresses
   --write-kubeconfig-mode value
   --help, -h                                       show help
`;

it('reads names, values and repetition from the help of a program', () => {
  expect(
    parseFlagHelp(HELP).map(({ name, aliases, takesValue, isRepeatable }) =>
      [[name, ...aliases].join('/'), takesValue ? '=' : '', isRepeatable ? '*' : ''].join(''),
    ),
  ).toEqual(['config/c=', 'debug', 'v=', 'tls-san=*', 'node-ip/i=*', 'write-kubeconfig-mode=']);
});

it.each(['', 'k3s: exec format error', 'USAGE:\n   k3s server [OPTIONS]\n'])(
  'finds no flags in %j',
  (text) => {
    expect(parseFlagHelp(text)).toEqual([]);
  },
);
