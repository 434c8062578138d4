import { expect, it } from 'vitest';
import { createProgress } from './progress.js';

const TOTAL = 80_000_000;

/** Returns what is written while a file arrives in steps of one second, in percent. */
function watch(percents: readonly number[], { isTTY = false, columns = 80 } = {}): string[] {
  const written: string[] = [];
  let seconds = 0;
  const output = { isTTY, columns, write: (text: string) => written.push(text) };
  const progress = createProgress(output, () => seconds * 1000);
  for (const percent of percents) {
    seconds += 1;
    progress.report('k3s', (TOTAL * percent) / 100, TOTAL);
  }
  progress.end();
  return written;
}

it('draws one bar on a terminal', () => {
  expect(watch([0, 50, 100], { isTTY: true })).toEqual([
    '\r    k3s [........................]   0 %   0.0 of 80.0 MB',
    '\r    k3s [############............]  50 %  40.0 of 80.0 MB',
    '\r    k3s [########################] 100 %  80.0 of 80.0 MB',
    '\n',
  ]);
});

it('ends the line of the bar if the download fails', () => {
  expect(watch([50], { isTTY: true }).at(-1)).toBe('\n');
});

it('leaves the bar out on a narrow terminal', () => {
  expect(watch([50], { isTTY: true, columns: 40 })[0]).toBe('\r     50 %  40.0 of 80.0 MB');
});

it('prints occasional lines on other outputs, and always the last one', () => {
  expect(watch([1, 2, 3, 4, 5, 6, 99.99, 100])).toEqual([
    '    k3s: 1 %, 0.8 of 80.0 MB\n',
    '    k3s: 6 %, 4.8 of 80.0 MB\n',
    '    k3s: 100 %, 80.0 of 80.0 MB\n',
  ]);
});

it('prints nothing when nothing arrives', () => {
  expect(watch([])).toEqual([]);
});
