import type { Host } from '@haos/host';
import { configFiles, type Setting, settingLines } from './settings.js';

const CONFIG = '/etc/ssh/sshd_config';

/**
 * Returns the settings of the files of sshd, the ones that count first: sshd takes the first value
 * of an option. Names are in lower case. What is in a `Match` block does not count for everybody
 * and is left out.
 */
export function readSshdSettings(host: Host): Setting[] {
  return readFile(host, CONFIG, 0);
}

/** sshd allows 16 levels of files; one is enough to find an origin. */
const MAX_DEPTH = 2;

function readFile(host: Host, path: string, depth: number): Setting[] {
  const settings: Setting[] = [];
  for (const { text, from } of settingLines(host, path)) {
    const [, name = '', value = ''] = /^(\S+?)\s*[\s=]\s*(.*)$/.exec(text) ?? [];
    if (/^match$/i.test(name)) break;
    if (!/^include$/i.test(name)) settings.push({ name: name.toLowerCase(), value, from });
    else if (depth < MAX_DEPTH)
      settings.push(...includedFiles(host, value).flatMap((file) => readFile(host, file, depth + 1)));
  }
  return settings;
}

/** Only the form of the image, `/etc/ssh/sshd_config.d/*.conf`, and single files are followed. */
function includedFiles(host: Host, pattern: string): string[] {
  const [, directory] = /^(\/.*)\/\*\.conf$/.exec(pattern) ?? [];
  return directory === undefined ? [pattern] : configFiles(host, directory);
}

/**
 * Returns the effective settings of sshd, by name in lower case, as it prints them itself;
 * undefined if it cannot tell, such as in a directory tree.
 */
export async function readEffectiveSshd(host: Host): Promise<ReadonlyMap<string, string> | undefined> {
  const { stdout, exitCode, deferred } = await host.run('/usr/sbin/sshd', ['-T'], {
    readOnly: true,
    accept: [0, 1, 255],
  });
  if (deferred || exitCode !== 0) return undefined;
  const pairs = stdout.split('\n').map((line): [string, string] => {
    const blank = line.indexOf(' ');
    return [line.slice(0, blank), line.slice(blank + 1)];
  });
  return new Map(pairs.reverse()); // the first line of an option counts
}
