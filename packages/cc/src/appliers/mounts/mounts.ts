import { HaosError, type Host } from '@haos/host';
import { escapeField, mountAt, readMounts } from '@haos/host/internal';
import { refuse } from '../../apply/refuse.js';
import type { Applier, Phase } from '../../apply/types.js';
import type { CcErrorCode } from '../../errors.js';
import type { CloudConfig, Mount } from '../../generated/types.js';
import { isError } from '../../rules/rule.js';
import { ownershipLine } from '../files/key-file.js';
import { mountsRule } from './check-mount.js';

/**
 * The list in the form of fstab(5) that the service `mounts` reads; not /etc/fstab, which is the
 * administrator's own.
 */
export const FSTAB = '/run/haos/fstab';
/** A disk that has to replay its journal takes a while. Milliseconds. */
const TIMEOUT = 180_000;

/**
 * Lists further disks and makes their mount points. The service `mounts` mounts them once udev
 * knows the devices, before k3s and everything else that may keep data on them; the runtime phase
 * mounts what is still missing, such as disks of the network, and reports what cannot be mounted.
 * Nothing is ever formatted, and nothing is unmounted.
 */
export const mounts: Applier = {
  name: 'mounts',
  keys: ['haos.mounts'],
  always: true,
  async apply(config, context) {
    const { host } = context;
    const usable: Mount[] = [];
    const findings = mountsRule(config).filter(isError);
    for (const [index, mount] of (config.haos?.mounts ?? []).entries()) {
      const own = findings.filter(({ pointer }) => `${pointer}/`.startsWith(`/haos/mounts/${index}/`));
      for (const finding of own) await context.attempt(() => refuse([finding], 'HAOS_CC_MOUNT'));
      if (own.length === 0) usable.push(mount);
    }
    if (usable.length > 0 || host.files.stat(FSTAB) !== undefined)
      host.files.write(FSTAB, renderFstab(usable), { mode: 0o644 });
    for (const mount of usable) await context.attempt(() => mountOne(host, mount, context.phase));
  },
};

/** Those that need the network, which the service `mounts` does not wait for. */
const OF_NETWORK = /^(?:nfs4?|cifs|ceph|glusterfs)$/;

/** The lines of fstab(5). Each file system is checked by its own journal only. */
function renderFstab(items: readonly Mount[]): string {
  const lines = items.map(({ device = '', path = '', type = '', options = [] }) =>
    [device, path, type || 'auto', optionsOf(type, options).join(',') || 'defaults']
      .map(escapeField)
      .concat('0', '0')
      .join(' '),
  );
  return [ownershipLine('haos.mounts'), ...lines, ''].join('\n');
}

function optionsOf(type: string, options: readonly string[]): string[] {
  return [...options, ...(OF_NETWORK.test(type) ? ['_netdev'] : [])].filter((option) => option !== '');
}

/** The exit statuses of mount(8). */
const STATUSES = [0, 1, 2, 4, 8, 16, 32, 64];

async function mountOne(host: Host, { device, path = '' }: Mount, phase: Phase): Promise<void> {
  if (host.files.stat(path) === undefined) host.files.makeDirectory(path);
  if (phase !== 'runtime' || mountAt(readMounts(host), path) !== undefined) return;
  const result = await host.run('mount', ['-T', FSTAB, path], { timeout: TIMEOUT, accept: STATUSES });
  if (result.deferred || result.exitCode === 0) return;
  const reason = result.stderr.trim().split('\n').at(0) || `mount failed with status ${result.exitCode}`;
  throw new HaosError<CcErrorCode>('HAOS_CC_MOUNT', `cannot mount ${device} at ${path}: ${reason}`, {
    hint: 'Compare haos.mounts with `lsblk -f`. HAOS never formats a disk.',
  });
}

/** Where k3s keeps what makes its cluster and what runs in it. */
const K3S_DATA = ['/var/lib/rancher/k3s', '/var/lib/kubelet', '/etc/rancher'];

/** Whether the data of k3s are to be on a disk of `haos.mounts`. */
export function hasK3sData({ haos }: CloudConfig): boolean {
  return (haos?.mounts ?? []).some(({ path = '' }) => isK3sData(path));
}

/**
 * Why k3s must not start yet: a disk of its data is missing, and it would begin anew in the empty
 * mount point.
 */
export function missingK3sData(config: CloudConfig, host: Host): string | undefined {
  const mounts = readMounts(host);
  const missing = (config.haos?.mounts ?? []).findIndex(
    ({ path = '' }) => isK3sData(path) && mountAt(mounts, path) === undefined,
  );
  if (missing === -1 || mounts.length === 0) return undefined;
  return `haos.mounts[${missing}]: nothing is mounted at ${config.haos?.mounts?.[missing]?.path}`;
}

function isK3sData(path: string): boolean {
  return K3S_DATA.some((data) => path === data || path.startsWith(`${data}/`));
}
