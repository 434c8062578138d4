export { cameFromMedium } from './image/came-from-medium.js';
export { downloadImage, isUrl } from './image/download-image.js';
export { type Medium, openMedium } from './image/medium.js';
export { openImage } from './image/open-image.js';
export { ANSWER_NAMES } from './interview/answer-names.js';
export { askOperation } from './interview/ask-operation.js';
export { configureRole } from './interview/configure-role.js';
export { openScratch } from './scratch.js';
export { preflightTakeover } from './takeover/takeover.js';
