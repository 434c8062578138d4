import type { Streams } from '@haos/questions';
import type { ExitStatus } from './exit-status.js';

/** One option of a command, as help shows it. */
export interface Option {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in help; an option without one is a switch. */
  readonly value?: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** It may be given several times. */
  readonly many?: true;
  readonly summary: string;
}

/**
 * An option's value: text, several of them, or true for a switch; undefined when it was not given.
 */
export type OptionValue = string | true | readonly string[] | undefined;

/** What was called. A command names the options with a value and the switches that it reads. */
export interface Invocation<Texts extends string = never, Switches extends string = never> {
  /** The value of an option that takes one. */
  readonly text: (name: Texts) => string | undefined;
  /** All values of an option that may be given several times, in their order. */
  readonly texts: (name: Texts) => readonly string[];
  /** Whether an option was given. */
  readonly has: (name: Texts | Switches) => boolean;
  readonly operands: readonly string[];
}

/** The invocation of a command with these options. */
export type InvocationOf<Options extends readonly Option[]> = Invocation<
  Extract<Options[number], { value: string }>['name'],
  Exclude<Options[number], { value: string }>['name']
>;

/** What a command needs of the process it runs in. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Writes to standard output, for the command's result. */
  out(text: string): void;
  /** Writes to standard error, for everything else. */
  err(text: string): void;
  /** All of standard input. */
  input(): Uint8Array;
  isRoot(): boolean;
  /** Whether this is a node that was installed already. */
  isInstalled(): boolean;
  /** Where a person may be asked. */
  terminal(): Promise<Terminal>;
  /** The width of standard output; undefined where it is no terminal, 0 where that does not tell. */
  columns(): number | undefined;
  /** Whether colour shows on an output. */
  hasColor(output: 'out' | 'err'): Promise<boolean>;
  /**
   * Makes an interruption end the process with the status for it, once the running step has finished writing; with `stop`, when
   * what that began has ended.
   */
  onInterrupt(stop?: () => Promise<unknown>): void;
}

/** Where a person may be asked: the standard input, and standard error, so that the result of a command can be piped. */
export interface Terminal extends Streams {
  /** Whether both can do more than lines. */
  readonly isRich: boolean;
}

/** Runs a command. `program` is the whole table of commands, for those that tell of it. */
export type Run = (
  invocation: Invocation<string, string>,
  context: Context,
  program: Command,
) => Promise<ExitStatus>;

/** A command and how help tells of it. Its implementation is loaded when it runs. */
export interface Command {
  readonly name: string;
  /** One line, without a dot. */
  readonly summary: string;
  /** A paragraph below the usage. */
  readonly description?: string;
  /** What may follow the options, such as `FILE...`; none: no operand is accepted. */
  readonly operands?: string;
  /** The only operands there are, for completion. */
  readonly operandChoices?: readonly string[];
  readonly options: readonly Option[];
  readonly examples: readonly { readonly line: string; readonly what: string }[];
  readonly commands?: readonly Command[];
  /** It makes a node of a machine, so a node is not offered it. */
  readonly installs?: true;
  /** A command without one only groups others. */
  load?(): Promise<Run>;
}

type Described<Options extends readonly Option[]> = Omit<Command, 'options' | 'load'> & {
  readonly options: Options;
  load?(): Promise<
    (invocation: InvocationOf<Options>, context: Context, program: Command) => Promise<ExitStatus>
  >;
};

/** Describes a command. An implementation that reads an option which is not listed here does not compile. */
export function command<const Options extends readonly Option[]>(described: Described<Options>): Command {
  return described as Command;
}
