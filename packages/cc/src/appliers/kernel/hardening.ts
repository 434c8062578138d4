import type { Host } from '@haos/host';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { invalid, type Rule } from '../../rules/rule.js';
import { ownershipLine } from '../files/key-file.js';

/**
 * The kernel's lockdown: kernel_lockdown(7). It can only become stricter, until the machine
 * restarts.
 */
const LOCKDOWN = '/sys/kernel/security/lockdown';
const WANTED = 'confidentiality';

/**
 * `haos.hardening: strict` on top of what the image has. What the configuration sets or loads
 * itself stays as it says. Some of it cannot be undone while the kernel runs, so `standard` undoes
 * nothing.
 */
export const hardening: Applier = {
  name: 'hardening',
  keys: ['haos.hardening'],
  async apply(config, context) {
    refuse(hardeningRule(config), 'HAOS_CC_HARDENING');
    if (config.haos?.hardening !== 'strict') return;
    // Other nodes need none of it.
    const { blockedModulesOf, LEVEL_FILE, MODULE_FILES, renderModules, sysctlsOf } = await import(
      '@haos/audit/internal'
    );
    const { files } = context.host;
    const own = modulesOf(config);
    const blocked = blockedModulesOf('strict').filter((name) => !own.includes(name));
    const text = `${ownershipLine('haos.hardening')}\n${renderModules(blocked)}`;
    await context.attempt(() => void files.write(MODULE_FILES.strict, text, { mode: 0o644 }));
    await setSysctls(config, context, sysctlsOf('strict'));
    await context.attempt(() => lockDown(context.host));
    await context.attempt(() => void files.write(LEVEL_FILE, 'strict\n', { mode: 0o644 }));
  },
};

/** Reports a level that does not exist. An empty one counts as none. */
export const hardeningRule: Rule = ({ haos }) => {
  const level: string = haos?.hardening ?? '';
  if (['', 'standard', 'strict'].includes(level)) return [];
  return invalid('/haos/hardening', `there is no level ${JSON.stringify(level)}`, 'Use standard or strict.');
};

/** Not every kernel has all of them. */
async function setSysctls(
  config: CloudConfig,
  { host, attempt }: ApplyContext,
  settings: readonly [key: string, value: string][],
): Promise<void> {
  const own = Object.keys(config.haos?.sysctls ?? {}).map((key) => key.replaceAll('/', '.'));
  for (const [key, value] of settings) {
    if (own.includes(key) || (host.kind !== 'rooted' && host.kernel.sysctl(key) === undefined)) continue;
    await attempt(() => void host.kernel.setSysctl(key, value));
  }
}

/** The names of `haos.modules`, with hyphens. */
function modulesOf(config: CloudConfig): string[] {
  const items = config.haos?.modules ?? [];
  return items.map((item) => (item.trim().split(/\s+/)[0] ?? '').replaceAll('_', '-'));
}

/** Writes to the file itself: one in /sys cannot be replaced. */
async function lockDown(host: Host): Promise<void> {
  const state = host.files.readTextIfExists(LOCKDOWN);
  if (host.kind !== 'rooted' && (state === undefined || state.includes(`[${WANTED}]`))) return;
  await host.run('tee', [LOCKDOWN], { input: WANTED });
}
