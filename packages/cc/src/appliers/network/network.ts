import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import type { Network } from '../../generated/types.js';
import { isError } from '../../rules/rule.js';
import { formatKeyFileList, ownershipLine } from '../files/key-file.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { networkRule } from './check-network.js';
import { formatMask, parsePrefix } from './ip-address.js';

/** connman takes letters and digits in the name. */
const PATH = '/var/lib/connman/haosnetwork.config';
const FIRST_LINE = ownershipLine('haos.network');

/**
 * The settings of wired interfaces as a provisioning file of connman (connman-service.config(5)),
 * which connman watches. An interface that no item names gets its settings by DHCP. An item with an
 * error is left out. Without any item the file is removed.
 */
export const network: Applier = {
  name: 'network',
  keys: ['haos.network'],
  always: true,
  async apply(config, context) {
    if (isWrittenByUser(config, PATH)) return;
    const { files } = context.host;
    const findings = networkRule(config).filter(isError);
    const sections: string[] = [];
    for (const [index, item] of (config.haos?.network ?? []).entries()) {
      const own = findings.filter(({ pointer }) => `${pointer}/`.startsWith(`/haos/network/${index}/`));
      for (const finding of own) await context.attempt(() => refuse([finding], 'HAOS_CC_NETWORK'));
      if (own.length === 0) sections.push(renderNetwork(item, index));
    }
    if (sections.length > 0) files.write(PATH, `${FIRST_LINE}\n\n${sections.join('\n')}`, { mode: 0o644 });
    else if (files.readTextIfExists(PATH)?.startsWith(`${FIRST_LINE}\n`)) files.remove(PATH);
  },
};

function renderNetwork(item: Network, index: number): string {
  const given = (texts: readonly string[] = []) => texts.filter((text) => text !== '');
  const lists = [
    ['Nameservers', given(item.nameservers)],
    ['SearchDomains', given(item.searchDomains)],
  ] as const;
  const lines = [
    `[service_haos${index}]`,
    'Type=ethernet',
    // The former counts where both are given.
    ...(item.mac ? [`MAC=${item.mac.toLowerCase()}`] : [`DeviceName=${item.interface}`]),
    `IPv4=${settingOf(item, 4) ?? (item.ipv4 === 'disabled' ? 'off' : 'dhcp')}`,
    `IPv6=${settingOf(item, 6) ?? (item.ipv6 === 'disabled' ? 'off' : 'auto')}`,
    ...lists
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => `${name}=${formatKeyFileList(values, name)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The static address with its gateway, if there is one. */
function settingOf({ addresses = [], gateways = [] }: Network, family: 4 | 6): string | undefined {
  const prefix = addresses.map(parsePrefix).find((each) => each?.family === family);
  if (prefix === undefined) return undefined;
  const gateway = gateways.find((text) => text !== '' && text.includes(':') === (family === 6));
  const length = family === 4 ? formatMask(prefix.length) : prefix.length;
  return [prefix.address, length, ...(gateway ? [gateway] : [])].join('/');
}
