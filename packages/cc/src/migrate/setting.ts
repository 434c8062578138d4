/** What a command or a file said, as a key of the section `haos`. */
export type Setting =
  | { readonly key: 'timezone'; readonly value: string }
  | { readonly key: 'sysctls'; readonly name: string; readonly value: string }
  | { readonly key: 'modules'; readonly value: string };

/** A setting as it is named to people. */
export function describeSetting(setting: Setting): string {
  return setting.key === 'sysctls' ? `haos.sysctls[${setting.name}]` : `haos.${setting.key}`;
}
