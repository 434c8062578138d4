import type { Host } from '@haos/host';
import { configFiles, type Setting, settingLines } from './settings.js';

/**
 * Returns the kernel settings that files of a system make, in the order in which they are applied.
 */
export function readSysctlSettings(host: Host): Setting[] {
  // As early boot and then the service `sysctl` apply them.
  const paths = [
    ...configFiles(host, '/usr/lib/sysctl.d'),
    '/etc/sysctl.conf',
    ...configFiles(host, '/etc/sysctl.d'),
  ];
  return paths.flatMap((path) => settingLines(host, path).flatMap(parseLine));
}

/** A leading dash lets the setting fail; sysctl.d(5). */
function parseLine({ text, from }: { text: string; from: string }): Setting[] {
  const match = /^-?\s*([^=\s]+)\s*=\s*(.*)$/.exec(text);
  return match ? [{ name: match[1]!.replaceAll('/', '.'), value: match[2]!.trim(), from }] : [];
}
