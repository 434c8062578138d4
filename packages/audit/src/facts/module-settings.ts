import type { Host } from '@haos/host';
import { configFiles, type Setting, settingLines } from './settings.js';

/** Where modprobe reads; a file replaces one with the same name in a later directory. */
const DIRECTORIES = ['/etc/modprobe.d', '/run/modprobe.d', '/usr/lib/modprobe.d'];

/**
 * Returns the modules that modprobe does not load, each with the command that it runs instead as
 * value: modprobe.d(5). Names have hyphens.
 */
export function readBlockedModules(host: Host): Setting[] {
  const seen = new Set<string>();
  const paths = DIRECTORIES.flatMap((directory) => configFiles(host, directory)).filter((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return !seen.has(name) && seen.add(name);
  });
  return paths.flatMap((path) => settingLines(host, path).flatMap(parseLine));
}

function parseLine({ text, from }: { text: string; from: string }): Setting[] {
  const match = /^install\s+(\S+)\s+(\S*\b(?:false|true))$/.exec(text);
  return match ? [{ name: match[1]!.replaceAll('_', '-'), value: match[2]!, from }] : [];
}
