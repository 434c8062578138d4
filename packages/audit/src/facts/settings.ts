import type { Host } from '@haos/host';

/** A line of a configuration file that sets something. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  /** `FILE:LINE`. */
  readonly from: string;
}

/**
 * Returns the files of a directory whose names end in `.conf`, in the order in which they count.
 */
export function configFiles({ files }: Host, directory: string): string[] {
  if (files.stat(directory)?.type !== 'directory') return [];
  return files
    .list(directory)
    .filter((name) => name.endsWith('.conf'))
    .map((name) => `${directory}/${name}`);
}

/**
 * Returns the lines of a file without comments and blank ones, each with its place; none if the
 * file does not exist.
 */
export function settingLines({ files }: Host, path: string): { text: string; from: string }[] {
  return (files.readTextIfExists(path) ?? '')
    .split('\n')
    .map((line, index) => ({ text: line.trim(), from: `${path}:${index + 1}` }))
    .filter(({ text }) => text !== '' && !/^[#;]/.test(text));
}
