import { gunzip } from '@haos/host/internal';
import { layout } from '@haos/system';
import type { Issue, Severity } from '../issue.js';
import type { Source } from './source.js';
import { readUserData } from './user-data.js';

/** Decompressed user data above this size is a mistake or an attack. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads user data as a source. Unwraps compressed and encoded forms; turns a script or program into
 * a file and a command. The result has no source if the form is not supported; see `issues`. `file`
 * is shown in issues.
 */
export async function readUserDataSource(
  content: Uint8Array,
  file: string,
): Promise<{ source?: Source; issues: Issue[] }> {
  const userData = await readUserData(content, {
    programPath: layout.userDataProgram,
    gunzip: (bytes) => gunzip(bytes, MAX_BYTES),
  });
  if (userData.kind === 'unsupported') return { issues: [unsupported(file, 'error', userData)] };
  const isInclude = userData.kind === 'config' && userData.text.startsWith('#include');
  const message = '#include is not supported; it is read as a comment';
  const issues = isInclude ? [unsupported(file, 'warning', { message })] : [];
  const read = userData.kind === 'program' ? userData.root : userData.text;
  return { source: { source: 'userdata', file, content: read }, issues };
}

function unsupported(
  file: string,
  severity: Severity,
  { message, hint }: { message: string; hint?: string },
): Issue {
  const origin = { source: 'userdata', file, line: 1, column: 1, offset: 0, length: 1 } as const;
  return { severity, code: 'unsupported-user-data', message, pointer: '', key: '', origin, hint };
}
