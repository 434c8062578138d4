import type { Applier, ApplyContext } from '../apply/types.js';
import type { CloudConfig } from '../generated/types.js';
import { isHostname, keptHostname } from './hostname.js';
import { formatKeyFileList, ownershipLine } from './key-file.js';
import { isWrittenByUser } from './written-by-user.js';

const PATH = '/etc/connman/main.conf';

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
  const servers = [
    ['FallbackNameservers', 'haos.dns_nameservers', config.haos?.dnsNameservers],
    ['FallbackTimeservers', 'haos.ntp_servers', config.haos?.ntpServers],
  ] as const;
  for (const [name, key, values] of servers) {
    const present = (values ?? []).filter((value) => value !== '');
    // A list that cannot be written is left out and reported; the network must come up.
    if (present.length > 0) {
      await context.attempt(() => void lines.push(`${name}=${formatKeyFileList(present, key)}`));
    }
  }
  return `${lines.join('\n')}\n`;
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
