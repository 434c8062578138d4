/** The properties of every question. */
export interface Question {
  /** The name in a file of answers, such as `device`, or a path such as `wifi.0.name`. */
  name: string;
  /** The text for a person, without a colon or question mark at its end. */
  message: string;
}

/** Returns what is wrong with an answer, without repeating the answer; undefined if it is valid. */
export type Validate = (answer: string) => string | undefined | Promise<string | undefined>;

export interface TextQuestion extends Question {
  /** The value of an empty answer of a person. */
  default?: string;
  /** Whether the answer may be empty, or missing in a file of answers. Default false. */
  optional?: boolean;
  validate?: Validate;
}

export interface SecretQuestion extends Question {
  /** Whether the answer may be empty, or missing in a file of answers. Default false. */
  optional?: boolean;
  validate?: Validate;
}

export interface ConfirmQuestion extends Question {
  /** The value of an empty answer of a person. */
  default: boolean;
}

export interface Choice<Value extends string = string> {
  /** The name in a file of answers and in programs. */
  value: Value;
  /** The text for a person. */
  label: string;
}

export interface ChoiceQuestion<Value extends string = string> extends Question {
  choices: readonly Choice<Value>[];
  /** The value of an empty answer of a person. Default: the question is repeated. */
  default?: Value;
}
