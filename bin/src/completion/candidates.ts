import type { Command, Option } from '../command.js';
import type { ListedCommand } from '../list-commands.js';

/** What may stand in one place of a call. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'directories' }
  /** Nothing that a shell could know. */
  | { readonly kind: 'unknown' };

/** What an option's value may be; undefined for a switch. */
export function candidatesOf({ value, choices }: Option): Candidates | undefined {
  if (value === undefined) return undefined;
  return choices ? { kind: 'words', words: choices } : byPlaceholder(value);
}

/** What a command's operands may be; undefined for one without. */
export function operandsOf({ operands, operandChoices }: Command): Candidates | undefined {
  if (operands === undefined) return undefined;
  return operandChoices ? { kind: 'words', words: operandChoices } : byPlaceholder(operands);
}

/** By the words that stand for values in help. */
function byPlaceholder(placeholder: string): Candidates {
  if (placeholder.includes('=')) return { kind: 'unknown' };
  if (/\bDIR\b/.test(placeholder)) return { kind: 'directories' };
  return { kind: /\b(FILE|ISO|SOURCE|DEVICE)\b/.test(placeholder) ? 'files' : 'unknown' };
}

/** The options of a command as they are typed, that for help included. */
export function optionsOf({ options }: Command): readonly Option[] {
  return [...options, { name: 'help', short: 'h', summary: 'print help' }];
}

/** Such as ` config plan`; empty for the program. */
export function pathOf({ path }: ListedCommand): string {
  return path
    .slice(1)
    .map(({ name }) => ` ${name}`)
    .join('');
}
