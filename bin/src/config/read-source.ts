import type { Issue, Source, SourceName } from '@haos/cc';
import { readUserDataSource } from '@haos/cc/internal';
import type { Context } from '../command.js';
import { readOperand } from '../read-input.js';
import { reasonOf } from '../read-named-file.js';

export interface Wanted {
  /** A path; `-` is standard input. */
  file: string;
  /** The name of the file in reports. */
  name: string;
  /** How the text will be used: the name of a source. */
  kind: string;
}

/** Reads one source from a file. Without a source, the issues say why it is missing. */
export async function readSource(
  { file, name, kind }: Wanted,
  context: Context,
): Promise<{ source?: Source; issues: readonly Issue[] }> {
  const source = kind as SourceName;
  let content: Uint8Array;
  try {
    content = file === '-' ? context.input() : readOperand(file);
  } catch (error) {
    return { issues: [unreadable(source, name, error)] };
  }
  if (kind === 'userdata') {
    return readUserDataSource(content, name);
  }
  return {
    source: { source, file: name, form: kind === 'cmdline' ? 'cmdline' : 'yaml', content },
    issues: [],
  };
}

function unreadable(source: SourceName, file: string, error: unknown): Issue {
  const isDirectory = (error as NodeJS.ErrnoException).code === 'EISDIR';
  return {
    severity: 'error',
    code: 'unreadable-source',
    message: isDirectory
      ? 'no file below this directory ends in .yaml or .yml'
      : `cannot read the file: ${reasonOf(error)}`,
    pointer: '',
    key: '',
    origin: { source, file, line: 1, column: 1, offset: 0, length: 1 },
    hint: isDirectory ? `Name the files in it, such as '${file.replace(/\/+$/, '')}/*'.` : undefined,
  };
}
