/** What every question has. */
export interface Question {
  /** How a file of answers calls it, such as `device`, or `wifi.0.name` for what lies deeper. */
  name: string;
  /** What a person reads, without a colon or question mark at its end. */
  message: string;
}

/** Says what is wrong with an answer, without repeating it; undefined when nothing is. */
export type Validate = (answer: string) => string | undefined | Promise<string | undefined>;

export interface TextQuestion extends Question {
  /** What an empty answer of a person means. */
  default?: string;
  /** Whether it may stay empty, and be left out of a file of answers. Default false. */
  optional?: boolean;
  validate?: Validate;
}

export interface SecretQuestion extends Question {
  /** Whether it may stay empty, and be left out of a file of answers. Default false. */
  optional?: boolean;
  validate?: Validate;
}

export interface ConfirmQuestion extends Question {
  /** What an empty answer of a person means. */
  default: boolean;
}

export interface Choice<Value extends string = string> {
  /** How a file of answers and programs call it. */
  value: Value;
  /** What a person reads. */
  label: string;
}

export interface ChoiceQuestion<Value extends string = string> extends Question {
  choices: readonly Choice<Value>[];
  /** What an empty answer of a person means. Default: it is asked again. */
  default?: Value;
}
