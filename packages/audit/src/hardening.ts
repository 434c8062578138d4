import type { SysctlLook } from './check.js';
import { CHECKS } from './checks/checks.js';

/** Says `strict` if the configuration of this boot asked for it; missing otherwise. */
export const LEVEL_FILE = '/run/haos/hardening';

/** The image blocks modules with the first file, and `haos.hardening: strict` with the second. */
export const MODULE_FILES = {
  standard: '/usr/lib/modprobe.d/haos-hardening.conf',
  strict: '/etc/modprobe.d/haos-strict.conf',
} as const;

type Level = keyof typeof MODULE_FILES;

/** Returns the kernel settings of a level, without those of the others. */
export function sysctlsOf(level: Level): [key: string, value: string][] {
  return CHECKS.filter((check) => check.level === level)
    .map(({ look }) => look)
    .filter((look): look is SysctlLook => look.kind === 'sysctl')
    .map(({ key, accepted }) => [key, accepted[0]]);
}

/** Returns the modules that a level blocks, without those of the others. Names have hyphens. */
export function blockedModulesOf(level: Level): string[] {
  return CHECKS.flatMap((check) =>
    check.level === level && check.look.kind === 'modules' ? check.look.names : [],
  );
}

/** Returns a file for /usr/lib/sysctl.d: sysctl.d(5). */
export function renderSysctls(level: Level): string {
  const lines = CHECKS.flatMap((check) =>
    check.level === level && check.look.kind === 'sysctl'
      ? [`# ${check.title}.`, `${check.look.key} = ${check.look.accepted[0]}`]
      : [],
  );
  return `${lines.join('\n')}\n`;
}

/** Returns a file for /etc/modprobe.d that blocks these modules: modprobe.d(5). */
export function renderModules(names: readonly string[]): string {
  return names.map((name) => `install ${name} /bin/false\n`).join('');
}
