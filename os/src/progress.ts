/** The output that shows progress: standard error, or a stream of a test. */
export interface ProgressOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Shows that `bytes` of `total` have arrived. */
  report(title: string, bytes: number, total: number): void;
  /** Prepares the terminal for other lines. */
  end(): void;
}

/** Milliseconds between two updates of a bar, and the least time between two lines. */
const BAR_INTERVAL = 100;
const LINE_INTERVAL = 5_000;

/**
 * Returns a progress display: a bar on a terminal, else occasional lines and one at the end. `now`
 * is in milliseconds.
 */
export function createProgress(output: ProgressOutput, now: () => number = Date.now): Progress {
  let shown = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  let isOpen = false; // the cursor is behind a bar
  const end = () => {
    if (isOpen) output.write('\n');
    isOpen = false;
  };
  return {
    report(title, bytes, total) {
      const isDone = bytes >= total;
      const interval = output.isTTY ? BAR_INTERVAL : LINE_INTERVAL;
      if (!isDone && now() - shownAt < interval) return;
      const text = output.isTTY
        ? formatBar(title, bytes, total, output.columns)
        : `    ${formatLine(title, bytes, total)}`;
      if (text === shown) return;
      [shown, shownAt] = [text, now()];
      isOpen = output.isTTY === true;
      output.write(isOpen ? `\r${text}` : `${text}\n`);
      if (isDone) end();
    },
    end,
  };
}

/** `k3s v1.36.4+k3s1: 45 %, 35.5 of 79.0 MB`. */
function formatLine(title: string, bytes: number, total: number): string {
  return `${title}: ${percentage(bytes, total)} %, ${withTenths(bytes)} of ${withTenths(total)} MB`;
}

const BAR_WIDTH = 24;

/**
 * Like `formatLine`, with a bar if there is room. The length stays the same, so that each line
 * covers the last one.
 */
function formatBar(title: string, bytes: number, total: number, columns = 80): string {
  const filled = Math.round((percentage(bytes, total) * BAR_WIDTH) / 100);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
  const percent = `${percentage(bytes, total)}`.padStart(3);
  const size = `${withTenths(bytes).padStart(withTenths(total).length)} of ${withTenths(total)} MB`;
  const text = `    ${title} ${bar} ${percent} %  ${size}`;
  return text.length < columns ? text : `    ${percent} %  ${size}`;
}

/** Rounded down: 100 only when all bytes have arrived. */
function percentage(bytes: number, total: number): number {
  return Math.min(100, Math.floor((bytes * 100) / total));
}

/** Megabytes with one decimal place. */
function withTenths(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
