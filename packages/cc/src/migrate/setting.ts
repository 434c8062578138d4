/** An item of a list of maps, with its keys as they are written. */
export type SettingItem = Readonly<Record<string, string | readonly string[]>>;

/** What a command or a file said, as a key of the section `haos`. */
export type Setting =
  | { readonly key: 'timezone' | 'keyboard'; readonly value: string }
  | { readonly key: 'sysctls'; readonly name: string; readonly value: string }
  | { readonly key: 'modules'; readonly value: string }
  /** `name` is what there is only one item for: an interface, or a mount point. */
  | { readonly key: 'network' | 'mounts'; readonly name: string; readonly value: SettingItem };

/** The keys of settings, in the order in which they are written. */
export const SETTING_KEYS: readonly Setting['key'][] = [
  'timezone',
  'keyboard',
  'network',
  'mounts',
  'sysctls',
  'modules',
];

/** Whether a key is a single text, not a list or a map. */
export function isText(key: Setting['key']): key is 'timezone' | 'keyboard' {
  return key === 'timezone' || key === 'keyboard';
}

/** A setting as it is named to people. */
export function describeSetting(setting: Setting): string {
  return 'name' in setting ? `haos.${setting.key}[${setting.name}]` : `haos.${setting.key}`;
}

/** The text of a value, to compare it with another. */
export function textOfValue({ value }: Setting): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
