/** The error codes of questions; stable, and documented in docs/errors.md. */
export type QuestionErrorCode =
  | 'HAOS_QUESTIONS_ENDED'
  | 'HAOS_QUESTIONS_UNANSWERED'
  | 'HAOS_QUESTIONS_ANSWER';
