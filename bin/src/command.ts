import type { Streams } from '@haos/questions';
import type { ExitStatus } from './exit-status.js';

/** One option of a command, as help shows it. */
export interface Option {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** The placeholder for its value in the help; an option without one is a switch. */
  readonly value?: string;
  /** The accepted values; undefined: any value. */
  readonly choices?: readonly string[];
  /** It may be given several times. */
  readonly many?: true;
  readonly summary: string;
}

/**
 * A parsed command line. A command names the options with a value and the switches that it reads.
 */
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

/** What a command needs from the process it runs in. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Writes to standard output, for the command's result. */
  out(text: string): void;
  /** Writes to standard error, for everything else. */
  err(text: string): void;
  /** Reads all of standard input. */
  input(): Uint8Array;
  isRoot(): boolean;
  /** Whether this machine is an installed node. */
  isInstalled(): boolean;
  /** The terminal for questions to a person. */
  terminal(): Promise<Terminal>;
  /**
   * The width of standard output; undefined if it is not a terminal, 0 if the terminal does not
   * report its width.
   */
  columns(): number | undefined;
  /** Whether an output shows colours. */
  hasColor(output: 'out' | 'err'): Promise<boolean>;
  /**
   * Makes an interruption end the process with the exit status for its signal: after the running
   * step has finished writing or, with `stop`, after the work that `stop` ends has finished.
   */
  onInterrupt(stop?: () => Promise<unknown>): void;
}

/**
 * The streams for questions: standard input, and standard error, so that the result of a command
 * can be piped.
 */
export interface Terminal extends Streams {
  /** Whether both streams support a cursor and colours. */
  readonly isRich: boolean;
}

/** Runs a command. `program` is the whole table of commands, for commands that describe it. */
export type Run = (
  invocation: Invocation<string, string>,
  context: Context,
  program: Command,
) => Promise<ExitStatus>;

/** A command with the texts of its help. Its implementation is loaded when it runs. */
export interface Command {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** A paragraph below the usage. */
  readonly description?: string;
  /** The operands as the usage shows them, such as `FILE...`; undefined: operands are refused. */
  readonly operands?: string;
  /** The accepted operands, for completion. */
  readonly operandChoices?: readonly string[];
  readonly options: readonly Option[];
  readonly examples: readonly { readonly line: string; readonly what: string }[];
  readonly commands?: readonly Command[];
  /** The one of `commands` that most starts call: it is found without reading the others. */
  readonly usual?: Command;
  /** The command installs a node, so the help on an installed node leaves it out. */
  readonly installs?: true;
  /** Loads the implementation; a command without it only groups others. */
  load?(): Promise<Run>;
}

type Described<Options extends readonly Option[]> = Omit<Command, 'options' | 'load'> & {
  readonly options: Options;
  load?(): Promise<
    (invocation: InvocationOf<Options>, context: Context, program: Command) => Promise<ExitStatus>
  >;
};

/**
 * Describes a command. An implementation that reads an option that is not listed here does not
 * compile.
 */
export function command<const Options extends readonly Option[]>(described: Described<Options>): Command {
  return described as Command;
}
