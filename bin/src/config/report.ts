import type { Issue } from '@haos/cc';

/** What is known when all files are checked; a file without issues only has its name here. */
export interface Report {
  /** As reports call them. */
  files: string[];
  issues: Issue[];
  texts: Map<string, string>;
  /** Whether warnings make a file invalid, too. */
  isStrict: boolean;
}

/** How many files and problems there are. */
export function countsOf({ files, issues }: Report): { files: number; errors: number; warnings: number } {
  const count = (wanted: string) => issues.filter(({ severity }) => severity === wanted).length;
  return { files: files.length, errors: count('error'), warnings: count('warning') };
}

/** Such as `3 files, 1 error, 2 warnings`. */
export function summaryOf(report: Report): string {
  const { files, errors, warnings } = countsOf(report);
  return [counted(files, 'file'), counted(errors, 'error'), counted(warnings, 'warning')].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
