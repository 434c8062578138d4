import { parse } from '@haos/cmdline';
import { quoteArguments } from '@haos/system/internal';

/**
 * Returns the menu of a medium with more kernel arguments. `haos.mode` selects the default entry if
 * there is one of that name. All other arguments are appended to every entry. Throws
 * HAOS_INSTALL_ARGUMENT for what GRUB cannot pass on.
 */
export function addArguments(menu: string, cmdline: string): string {
  const { parameters } = parse(cmdline);
  const mode = parameters.findLast(({ name }) => name === 'haos.mode')?.value;
  const isEntry = mode !== undefined && menu.includes(` --id ${mode} {`);
  const words = quoteArguments(parameters.filter(({ name }) => !isEntry || name !== 'haos.mode'));
  const chosen = isEntry ? menu.replace(/^set default=.*$/m, `set default=${mode}`) : menu;
  // A function, so that no character of the words is special.
  return words === '' ? chosen : chosen.replace(/^\s*linux .*$/gm, (line) => `${line} ${words}`);
}
