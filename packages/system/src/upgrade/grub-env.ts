import { HaosError } from '@haos/host';

/** Bytes; GRUB writes into the block where it lies and never makes it longer: grub-editenv(1). */
const SIZE = 1024;
const SIGNATURE = '# GRUB Environment Block\n';

/** The variables of GRUB's environment block; none when it is not one. */
export function parseGrubEnv(block: Uint8Array): Map<string, string> {
  const text = Buffer.from(block).toString('utf8');
  const variables = new Map<string, string>();
  if (block.length < SIGNATURE.length || !text.startsWith(SIGNATURE)) return variables;
  // A backslash keeps a line break or another backslash in the value.
  for (const [, name = '', value = ''] of text.slice(SIGNATURE.length).matchAll(LINE)) {
    if (!name.startsWith('#')) variables.set(name, value.replace(/\\([\s\S])/g, '$1'));
  }
  return variables;
}

const LINE = /^([^=\n]+)=((?:[^\\\n]|\\[\s\S])*)\n/gm;

/** GRUB's environment block with these variables (HAOS_UPGRADE_GRUB_ENV when they do not fit into it). */
export function formatGrubEnv(variables: ReadonlyMap<string, string>): Uint8Array {
  const lines = [...variables].map(([name, value]) => `${name}=${value.replace(/[\\\n]/g, '\\$&')}\n`);
  const text = Buffer.from(SIGNATURE + lines.join(''));
  if (text.length > SIZE || [...variables.keys()].some((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))) {
    throw new HaosError('HAOS_UPGRADE_GRUB_ENV', "the variables do not fit into GRUB's environment block");
  }
  const block = new Uint8Array(SIZE).fill('#'.charCodeAt(0));
  block.set(text);
  return block;
}
