import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { eachItem, type Finding, type Rule } from '../../rules/rule.js';
import { formatKeyFileList, ownershipLine } from '../files/key-file.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { isHostname, keptHostname } from './hostname.js';

const PATH = '/etc/connman/main.conf';

const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Beginnings of the names of interfaces that k3s, containers and virtual machines make and that connman must leave alone. */
const FOREIGN_INTERFACES = ['veth', 'cni', 'flannel', 'cali', 'kube-ipvs', 'docker', 'virbr'];

/**
 * connman's main.conf (connman.conf(5)). The servers are fallbacks: what DHCP or a service file names comes first. DHCP may
 * name the machine only while it has no name of its own.
 *
 * In the runtime phase a running connman is restarted when the file changed, since it reads the file only when it starts;
 * not for the host name alone, for which a network that goes down and up again is too high a price.
 */
export const connman: Applier = {
  name: 'connman',
  keys: ['haos.ntp_servers', 'haos.dns_nameservers'],
  always: true,
  async apply(config, context) {
    if (isWrittenByUser(config, PATH)) return;
    const { files } = context.host;
    const before = files.readTextIfExists(PATH) ?? '';
    const after = await renderMainConf(config, context);
    files.write(PATH, after, { mode: 0o644 });
    if (context.phase === 'runtime' && withoutHostname(before) !== withoutHostname(after))
      await restart(context);
  },
};

async function renderMainConf(config: CloudConfig, context: ApplyContext): Promise<string> {
  const lines = [
    ownershipLine('haos.dns_nameservers and haos.ntp_servers'),
    '[General]',
    `NetworkInterfaceBlacklist=${FOREIGN_INTERFACES.join(',')}`,
    'PreferredTechnologies=ethernet,wifi',
    // It would ask a server of connman's project after each connection.
    'EnableOnlineCheck=false',
  ];
  if (isHostname(config.hostname ?? '') || keptHostname(context.host))
    lines.push('AllowHostnameUpdates=false');
  const lists = [
    ['FallbackNameservers', 'dnsNameservers', checkNameserver],
    ['FallbackTimeservers', 'ntpServers', checkTimeserver],
  ] as const;
  for (const [name, key, check] of lists) {
    const servers = await usableServers(config.haos?.[key], { pointer: `/haos/${key}`, check, context });
    if (servers.length > 0) lines.push(`${name}=${formatKeyFileList(servers, name)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Leaves out and reports the servers that cannot be used; the network must come up. */
async function usableServers(
  servers: readonly string[] = [],
  { pointer, check, context }: { pointer: string; check: ServerCheck; context: ApplyContext },
): Promise<string[]> {
  const usable: string[] = [];
  for (const [index, server] of servers.entries()) {
    if (server === '') continue;
    await context.attempt(() => {
      refuse(check(server, `${pointer}/${index}`), 'HAOS_CC_CONNMAN_VALUE');
      usable.push(server);
    });
  }
  return usable;
}

type ServerCheck = (server: string, pointer: string) => Finding[];

/** What is wrong with `haos.dns_nameservers` and `haos.ntp_servers`; an empty item is left out. */
export const serversRule: Rule = ({ haos }) => [
  ...eachItem(haos?.dnsNameservers, '/haos/dnsNameservers', checkNameserver),
  ...eachItem(haos?.ntpServers, '/haos/ntpServers', checkTimeserver),
];

function checkNameserver(server: string, pointer: string): Finding[] {
  if (server === '' || isIpAddress(server)) return [];
  const message = `${JSON.stringify(server)} is not an IP address`;
  return [{ code: 'invalid-value', pointer, message, hint: 'Write its address, such as 1.1.1.1.' }];
}

function checkTimeserver(server: string, pointer: string): Finding[] {
  const labels = server.replace(/\.$/, '').split('.');
  if (server === '' || isIpAddress(server) || labels.every((label) => HOST_LABEL.test(label))) return [];
  const message = `${JSON.stringify(server)} is not a host`;
  return [{ code: 'invalid-value', pointer, message, hint: 'give a host name or an address' }];
}

/** An IPv6 address may name its interface, as a link-local one has to: `fe80::1%eth0` (RFC 4007). */
function isIpAddress(text: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return text.split('.').every((part) => Number(part) <= 255);
  const [, address] = /^([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:%[A-Za-z0-9_.-]{1,15})?$/.exec(text) ?? [];
  return address !== undefined && URL.canParse(`http://[${address}]/`);
}

function withoutHostname(text: string): string {
  return text.replace(/^AllowHostnameUpdates=.*\n/m, '');
}

/**
 * `--nodeps`: OpenRC would otherwise stop everything that needs the network first, and wait for the service that applies the
 * configuration right now (rc-service(8)).
 */
async function restart(context: ApplyContext): Promise<void> {
  await context.host.run('rc-service', ['--nodeps', '--ifexists', '--ifstarted', 'connman', 'restart']);
}
