import { realpathSync } from 'node:fs';
import { type MigrationForm, migrateConfig } from '@haos/cc/internal';
import { liveHost } from '@haos/host';
import type { Context, Invocation } from '../command.js';
import { expandFiles } from '../config/expand-files.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { readNamedFile } from '../read-named-file.js';
import { formatMigration, type MigratedFile } from './format-migration.js';

/**
 * `haos migrate`: prints or writes the migrated texts, and tells on standard error what changed and
 * what is open.
 */
export async function runMigrate(
  invocation: Invocation<'as' | 'format', 'write'>,
  context: Context,
): Promise<ExitStatus> {
  const files = await expandFiles(invocation.operands);
  const isWriting = invocation.has('write');
  if (files.length === 0) throw usageError('no file is given', 'Name a file, or - for standard input.');
  if (isWriting && files.includes('-'))
    throw usageError('standard input cannot be written to', 'Leave out --write: the result is printed.');
  // All are read before the first is written.
  const migrated = files.map((file) => migrateFile(file, invocation.text('as'), context));
  if (isWriting) for (const each of migrated) write(each);
  if (invocation.text('format') === 'json')
    context.out(formatJson({ files: listFiles(migrated, isWriting) }));
  else {
    if (!isWriting) context.out(joinTexts(migrated));
    context.err(migrated.map((each) => formatMigration(each)).join('\n'));
  }
  const isInvalid = migrated.some(({ open }) => open.some(({ severity }) => severity === 'error'));
  return isInvalid ? EXIT.invalid : EXIT.done;
}

const FORMS: Readonly<Record<string, MigrationForm>> = { input: 'yaml', cmdline: 'cmdline' };

function migrateFile(file: string, kind: string | undefined, context: Context): MigratedFile {
  const content = readNamedFile(file, context);
  const migration = migrateConfig(content, { form: FORMS[kind ?? ''] });
  const isChanged = migration.changes.length > 0;
  return { file: file === '-' ? '<stdin>' : file, isChanged, ...migration };
}

/** What a link leads to is replaced, not the link. */
function write({ file, isChanged, text }: MigratedFile): void {
  if (isChanged) liveHost().files.write(realpathSync(file), text, { secret: true });
}

/** One text as it is; several with their names, as a comment in YAML. */
function joinTexts(migrated: readonly MigratedFile[]): string {
  const [first, ...others] = migrated;
  if (first && others.length === 0) return first.text;
  return migrated
    .map(({ file, text }) => `# ${file}\n${text}${text === '' || text.endsWith('\n') ? '' : '\n'}`)
    .join('\n');
}

/** Returns the files for JSON; their texts only if they were not written. */
function listFiles(migrated: readonly MigratedFile[], isWriting: boolean): object[] {
  return migrated.map(({ file, form, isChanged, changes, open, text }) => ({
    file,
    form,
    isChanged,
    changes,
    open,
    ...(isWriting ? {} : { text }),
  }));
}
