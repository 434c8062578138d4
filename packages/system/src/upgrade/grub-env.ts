import { HaosError } from '@haos/host';
import { utf8 } from '@haos/host/internal';

/** Bytes. GRUB writes the block in place and never extends it: grub-editenv(1). */
const SIZE = 1024;
const SIGNATURE = '# GRUB Environment Block\n';

/**
 * Parses the variables of the environment block of GRUB; returns an empty map for other content.
 */
export function parseGrubEnv(block: Uint8Array): Map<string, string> {
  const text = utf8(block);
  const variables = new Map<string, string>();
  if (block.length < SIGNATURE.length || !text.startsWith(SIGNATURE)) return variables;
  // A backslash escapes a line break or another backslash in a value.
  for (const [, name = '', value = ''] of text.slice(SIGNATURE.length).matchAll(LINE)) {
    if (!name.startsWith('#')) variables.set(name, value.replace(/\\([\s\S])/g, '$1'));
  }
  return variables;
}

const LINE = /^([^=\n]+)=((?:[^\\\n]|\\[\s\S])*)\n/gm;

/**
 * Returns the environment block of GRUB with these variables; throws HAOS_UPGRADE_GRUB_ENV if they
 * do not fit.
 */
export function formatGrubEnv(variables: ReadonlyMap<string, string>): Uint8Array {
  const lines = [...variables].map(([name, value]) => `${name}=${value.replace(/[\\\n]/g, '\\$&')}\n`);
  const text = new TextEncoder().encode(SIGNATURE + lines.join(''));
  if (text.length > SIZE || [...variables.keys()].some((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))) {
    throw new HaosError('HAOS_UPGRADE_GRUB_ENV', "the variables do not fit into GRUB's environment block");
  }
  const block = new Uint8Array(SIZE).fill('#'.charCodeAt(0));
  block.set(text);
  return block;
}
