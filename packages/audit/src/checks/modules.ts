import type { Check, HardeningLevel } from '../check.js';

type Block = Pick<Check, 'title' | 'why' | 'severity'> & { level?: HardeningLevel };

function block(id: string, names: readonly string[], { level = 'standard', ...rest }: Block): Check {
  return {
    id: `modules.${id}`,
    source: 'cis-linux',
    level,
    hint: 'Remove them from haos.modules, and files of the configuration from /etc/modprobe.d.',
    ...rest,
    look: { kind: 'modules', names },
  };
}

/**
 * Modules that are not loaded when something merely asks for them. `haos.modules` loads them all
 * the same.
 */
export const MODULE_CHECKS: readonly Check[] = [
  block(
    'protocols',
    ['dccp', 'rds', 'tipc', 'n-hdlc', 'ax25', 'netrom', 'rose', 'atm', 'appletalk', 'phonet'],
    {
      title: 'Rare network protocols are not loaded on demand',
      why: 'Any user, also in a pod, can make the kernel load a protocol by opening a socket of it.',
      severity: 'medium',
    },
  ),
  block(
    'file-systems',
    [
      ...['adfs', 'affs', 'befs', 'bfs', 'efs', 'freevxfs', 'hfs', 'hfsplus', 'hpfs', 'jffs2', 'minix'],
      ...['nilfs2', 'omfs', 'qnx4', 'qnx6', 'sysv', 'ufs'],
    ],
    {
      title: 'Rare file systems are not loaded on demand',
      why: 'A disk or image with a crafted file system would attack code that hardly anybody maintains.',
      severity: 'low',
    },
  ),
  block('firewire', ['firewire-core', 'firewire-ohci', 'firewire-sbp2'], {
    title: 'FireWire is not loaded',
    why: 'A device at this bus reads and writes the memory of the node.',
    severity: 'medium',
  }),
  block('strict-protocols', ['sctp', 'can', 'nfc', 'batman-adv', 'hsr', 'ieee802154', 'l2tp-core', 'rxrpc'], {
    level: 'strict',
    title: 'Protocols that few nodes use are not loaded on demand',
    why: 'As for the rare ones. Costs: services of type SCTP, CAN buses, L2TP, AFS, unless haos.modules names them.',
    severity: 'low',
  }),
];
