import type { Migration } from '@haos/cc/internal';

/** A file of the command line with what became of it. */
export interface MigratedFile extends Migration {
  /** As it was named; `<stdin>` for standard input. */
  readonly file: string;
  readonly isChanged: boolean;
}

/** What became of a file, for people: a line of counts, the changes, and what is open. */
export function formatMigration({ file, changes, open }: MigratedFile): string {
  const lines = [`${file}: ${counted(changes.length, 'change')}, ${counted(open.length, 'open question')}`];
  if (changes.length > 0) lines.push('  changed, by the lines of the file before:');
  for (const { line, message } of changes) lines.push(`    ${line}: ${message}`);
  if (open.length > 0) lines.push('  open, by the lines of the result:');
  for (const { line, severity, message, hint } of open) {
    lines.push(`    ${line}: ${severity}: ${message}`);
    if (hint) lines.push(`       ${hint}`);
  }
  return `${lines.join('\n')}\n`;
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
