export { type CleanUp, withCleanUp } from '@haos/system';
