/** Every code that asking can fail with; stable, and documented in docs/errors.md. */
export type QuestionErrorCode =
  | 'HAOS_QUESTIONS_ENDED'
  | 'HAOS_QUESTIONS_UNANSWERED'
  | 'HAOS_QUESTIONS_ANSWER';
