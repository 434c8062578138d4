import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The image under test, with the stand-in for k3s. */
export const ARTIFACTS = join(ROOT, '.cache/tests/vm/artifacts');

/** One file per machine; the files of the last run are kept for reading a failure. */
export const CONSOLE_LOGS = join(ROOT, '.cache/tests/vm/console');
