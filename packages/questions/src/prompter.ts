import type { ChoiceQuestion, ConfirmQuestion, Question } from './question.js';

/**
 * Asks a person at a terminal, or reads a file of answers. Returns answers as they were given;
 * `ask` and the other functions check them. Every question throws HAOS_QUESTIONS_ENDED if there are
 * no more answers.
 */
export interface Prompter {
  /** Whether the answers come from a person, who can correct an invalid one. */
  readonly isPerson: boolean;
  /** `draft`: the invalid answer that the person can correct. */
  text(question: Question & { default?: string; optional?: boolean; draft?: string }): Promise<string>;
  /** Returns an answer that must not be visible. */
  secret(question: Question & { optional?: boolean }): Promise<string>;
  confirm(question: ConfirmQuestion): Promise<boolean>;
  /** Resolves to the value of one of the choices. */
  choose(question: ChoiceQuestion): Promise<string>;
  /** Shows lines to a person. */
  tell(text: string): void;
  /** Releases the input, so that the process can end. */
  close(): void;
}
