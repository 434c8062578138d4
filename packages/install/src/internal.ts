export { type Medium, openMedium } from './image/medium.js';
export { ANSWER_NAMES } from './interview/answer-names.js';
export { askOperation } from './interview/ask-operation.js';
export { configureRole } from './interview/configure-role.js';
export { preflightTakeover } from './takeover/takeover.js';
