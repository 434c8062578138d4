import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { isSimpleName } from '../../model/patterns.js';
import { eachItem, type Finding, isNot, type Rule } from '../../rules/rule.js';
import { formatKeyFileList, ownershipLine } from '../files/key-file.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { isHostname, keptHostname } from './hostname.js';

const PATH = '/etc/connman/main.conf';

const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Name prefixes of interfaces that k3s, containers and virtual machines create. connman must not
 * manage them.
 */
const FOREIGN_INTERFACES = ['veth', 'cni', 'flannel', 'cali', 'kube-ipvs', 'docker', 'virbr'];

/**
 * Writes connman's main.conf (connman.conf(5)). The servers are fallbacks: those of DHCP or a
 * service file come first. DHCP may set the host name only while the machine has no name of its
 * own.
 *
 * In the runtime phase a running connman restarts if the file changed, because it reads the file
 * only at its start. It does not restart for the host name alone, because the network would go down
 * and up again.
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
      await restartConnman(context);
  },
};

async function renderMainConf(config: CloudConfig, context: ApplyContext): Promise<string> {
  const lines = [
    ownershipLine('haos.dns_nameservers and haos.ntp_servers'),
    '[General]',
    `NetworkInterfaceBlacklist=${FOREIGN_INTERFACES.join(',')}`,
    'PreferredTechnologies=ethernet,wifi',
    // With the check, connman contacts a server of its project after each connection.
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

/** Leaves out and reports invalid servers, because the network must come up. */
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

/**
 * Reports invalid items of `haos.dns_nameservers` and `haos.ntp_servers`. An empty item is ignored.
 */
export const serversRule: Rule = ({ haos }) => [
  ...eachItem(haos?.dnsNameservers, '/haos/dnsNameservers', checkNameserver),
  ...eachItem(haos?.ntpServers, '/haos/ntpServers', checkTimeserver),
];

function checkNameserver(server: string, pointer: string): Finding[] {
  if (server === '' || isIpAddress(server)) return [];
  return isNot(pointer, server, 'an IP address', 'Give the address of the name server, such as 1.1.1.1.');
}

/** Whether a text has the form of a name in DNS. */
export function isServerName(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  return name.split('.').every((label) => isSimpleName(label) || HOST_LABEL.test(label));
}

function checkTimeserver(server: string, pointer: string): Finding[] {
  if (server === '' || isIpAddress(server) || isServerName(server)) return [];
  return isNot(pointer, server, 'a host name or an address', 'Give a host name or an address.');
}

/** An IPv6 address may name its interface, and a link-local one must: `fe80::1%eth0` (RFC 4007). */
function isIpAddress(text: string): boolean {
  const parts = text.split('.');
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return true;
  if (!text.includes(':')) return false;
  const [, address] = /^([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:%[A-Za-z0-9_.-]{1,15})?$/.exec(text) ?? [];
  return address !== undefined && URL.canParse(`http://[${address}]/`);
}

function withoutHostname(text: string): string {
  return text.replace(/^AllowHostnameUpdates=.*\n/m, '');
}

/** Milliseconds. A restart that is cut off would leave a slow machine without a network. */
export const RESTART_TIMEOUT = 180_000;

/**
 * `--nodeps`: without it, OpenRC would first stop everything that needs the network, and wait for
 * the service that is applying the configuration (rc-service(8)).
 */
export async function restartConnman(context: ApplyContext): Promise<void> {
  const args = ['--nodeps', '--ifexists', '--ifstarted', 'connman', 'restart'];
  await context.host.run('rc-service', args, { timeout: RESTART_TIMEOUT });
}
