/** An option on a command line, as it is written there. */
export interface WrittenOption {
  /** Its name without dashes; if the command has no such option, whatever was written. */
  readonly name: string;
  /** With its dashes, such as `-q`. */
  readonly rawName: string;
  readonly value?: string;
  /** The value is part of the same argument, as in `--root=DIR`. */
  readonly isInline?: true;
}

/** How an option is recognised. */
export interface OptionForm {
  readonly name: string;
  readonly short?: string;
  /** Set if it takes a value. */
  readonly value?: string;
}

/**
 * Separates options from operands, as `parseArgs` of `node:util` does: `--name VALUE`,
 * `--name=VALUE`, `-n VALUE`, `-nVALUE`, several short switches in one argument, and `--` before
 * operands that begin with a dash. The next argument is the value of an option that takes one, even
 * if it begins with a dash.
 */
export function readOptions(
  args: readonly string[],
  forms: readonly OptionForm[],
): { options: WrittenOption[]; operands: string[] } {
  const options: WrittenOption[] = [];
  const operands: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === '--') return { options, operands: [...operands, ...args.slice(index + 1)] };
    if (arg === '-' || !arg.startsWith('-')) {
      operands.push(arg);
      continue;
    }
    options.push(...(arg.startsWith('--') ? [readLong(arg)] : readShort(arg, forms)));
    const { name, rawName, value } = options.at(-1)!;
    if (value === undefined && takesValue(name, forms) && index + 1 < args.length)
      options[options.length - 1] = { name, rawName, value: args[++index]! };
  }
  return { options, operands };
}

function readLong(arg: string): WrittenOption {
  const end = arg.indexOf('=', 3);
  if (end < 0) return { name: arg.slice(2), rawName: arg };
  return { name: arg.slice(2, end), rawName: arg.slice(0, end), value: arg.slice(end + 1), isInline: true };
}

/** Reads one or several short options. The value of one is the rest of the argument. */
function readShort(arg: string, forms: readonly OptionForm[]): WrittenOption[] {
  const options: WrittenOption[] = [];
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at]!;
    const name = forms.find(({ short }) => short === letter)?.name ?? letter;
    const option = { name, rawName: `-${letter}` };
    if (at + 1 < arg.length && takesValue(name, forms))
      return [...options, { ...option, value: arg.slice(at + 1), isInline: true }];
    options.push(option);
  }
  return options;
}

function takesValue(name: string, forms: readonly OptionForm[]): boolean {
  return forms.find((form) => form.name === name)?.value !== undefined;
}
