import type { ChoiceQuestion, ConfirmQuestion, Question } from './question.js';

/**
 * Who answers: a person at some terminal, or a file. Answers are as they were given; the functions that ask check them.
 * All throw HAOS_QUESTIONS_ENDED when there will be no more answers.
 */
export interface Prompter {
  /** Whether there is somebody who can do better after a bad answer. */
  readonly isPerson: boolean;
  /** `draft`: what was answered before and is to be repaired. */
  text(question: Question & { default?: string; optional?: boolean; draft?: string }): Promise<string>;
  /** An answer that nobody may see. */
  secret(question: Question & { optional?: boolean }): Promise<string>;
  confirm(question: ConfirmQuestion): Promise<boolean>;
  /** Resolves to the value of one of the choices. */
  choose(question: ChoiceQuestion): Promise<string>;
  /** Lines for a person. */
  tell(text: string): void;
  /** Lets go of the input, so that the process can end. */
  close(): void;
}
