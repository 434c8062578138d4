import { formatLinks } from '../appliers/network/links.js';
import type { CloudConfig } from '../generated/types.js';

/**
 * Returns the documented keys whose change takes full effect only at the next boot: HAOS sets what
 * a configuration names, and most of what is no longer named stays as it is until then. Commands of
 * the boot run only there.
 */
export function keysForNextBoot(before: CloudConfig, after: CloudConfig): string[] {
  return RULES.filter(([, isLate]) => isLate(before, after)).map(([key]) => key);
}

type Rule = (before: CloudConfig, after: CloudConfig) => boolean;

/** By key. */
const RULES: readonly (readonly [key: string, isLate: Rule])[] = [
  ['write_files', loses(({ writeFiles = [] }) => writeFiles.map(({ path }) => path))],
  ['init_cmd', differs(({ initCmd = [] }) => initCmd)],
  ['boot_cmd', differs(({ bootCmd = [] }) => bootCmd)],
  ['haos.modules', loses(({ haos }) => haos?.modules ?? [])],
  ['haos.sysctls', loses(({ haos }) => Object.keys(haos?.sysctls ?? {}))],
  ['haos.keyboard', loses(({ haos }) => (haos?.keyboard ? ['keyboard'] : []))],
  ['haos.network', loses(linksOf)],
  ['haos.mounts', loses(({ haos }) => (haos?.mounts ?? []).map((mount) => JSON.stringify(mount)))],
];

/** What the service `networks` never removes: bonds, VLANs, sizes of packets and routes. */
function linksOf({ haos }: CloudConfig): string[] {
  return formatLinks(haos?.network ?? []).split('\n');
}

function loses(itemsOf: (config: CloudConfig) => readonly string[]): Rule {
  return (before, after) => {
    const kept = new Set(itemsOf(after));
    return itemsOf(before).some((item) => !kept.has(item));
  };
}

function differs(itemsOf: (config: CloudConfig) => readonly string[]): Rule {
  return (before, after) => JSON.stringify(itemsOf(before)) !== JSON.stringify(itemsOf(after));
}
