export { answersFrom } from './answers.js';
export { ask, askSecret, choose, confirm } from './ask.js';
export type { QuestionErrorCode } from './errors.js';
export { plainTerminal } from './plain.js';
export type { Prompter } from './prompter.js';
export type {
  Choice,
  ChoiceQuestion,
  ConfirmQuestion,
  Question,
  SecretQuestion,
  TextQuestion,
  Validate,
} from './question.js';
export { richTerminal } from './rich.js';
export type { Streams } from './streams.js';
