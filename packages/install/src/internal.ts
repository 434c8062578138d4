export { DISK_FORMATS, type DiskFormat } from './file/disk-format.js';
export { ANSWER_NAMES } from './interview/answer-names.js';
export { askOperation } from './interview/ask-operation.js';
export { configureRole } from './interview/configure-role.js';
export { type Medium, openMedium } from './medium/medium.js';
export { preflightTakeover } from './takeover/takeover.js';
