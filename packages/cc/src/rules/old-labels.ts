/** The label that lets the Plans of HAOS upgrade a node. */
export const UPGRADE_LABEL = 'haos.io/upgrade';

/**
 * Labels of nodes that were the same as `haos.io/upgrade`: any value but `disabled` let a node be
 * upgraded.
 */
export const OLD_UPGRADE_LABELS: readonly string[] = [
  'k3os.io/upgrade',
  'plan.upgrade.cattle.io/k3os-latest',
];

/** Labels that the system itself gives its node. */
export const OLD_SYSTEM_LABELS: readonly string[] = ['k3os.io/mode', 'k3os.io/version'];

/** The value of `haos.io/upgrade` for a value that k3OS or the Go HAOS took. */
export function upgradeLabelValue(old: string): 'enabled' | 'disabled' {
  return old === 'disabled' ? 'disabled' : 'enabled';
}

/**
 * Where k3s before 1.26 read the secret of a cluster from (k3s-io/k3s#6574), and where today's
 * does.
 */
export const OLD_SECRET_VARIABLE = { name: 'K3S_CLUSTER_SECRET', now: 'K3S_TOKEN' } as const;

/** One of these is in each of `OLD_TEXTS`. */
const OLD_NAMES = ['k3os', 'K3OS', '1898andCo', 'apk'];

/** Whether a text may have one of `OLD_TEXTS`: much cheaper than to look for each. */
export function mayBeOld(text: string): boolean {
  return OLD_NAMES.some((name) => text.includes(name));
}
