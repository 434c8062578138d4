import { describe, expect, it } from 'vitest';
import { formatStatus } from './upgrade-status.js';

const STATUS = {
  slots: {
    current: { haos: 'v2', k3s: 'given', kernel: '6-v2' },
    previous: { haos: 'v1', k3s: 'v1.36.2+k3s1' },
  },
  running: 'current',
  state: { slot: 'current', trial: 'v2/given/6-v2', tries: 1 },
  isInterrupted: false,
} as const;

describe('the status of the versions', () => {
  it('shows the version that a k3s program reports, if its name is not the version', () => {
    expect(formatStatus(STATUS, { current: 'v1.36.3+k3s1', previous: 'v1.36.2+k3s1' })).toBe(
      `current: runs, boots next, on trial, 1 boots left
  haos v2
  k3s v1.36.3+k3s1 (given)
  kernel 6-v2
previous
  haos v1
  k3s v1.36.2+k3s1
  kernel -
`,
    );
  });

  it('shows the name if the program reports no version', () => {
    expect(formatStatus(STATUS)).toContain('  k3s given\n');
  });
});
