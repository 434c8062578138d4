import { afterEach, expect, it, vi } from 'vitest';
import { createLog } from './log.js';

afterEach(() => vi.restoreAllMocks());

/** Returns the standard error output of a line in the area `files`. */
async function logged(selection: string | undefined): Promise<string> {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  createLog(selection)('files', '100% of it');
  // The library is loaded at first use, before the line appears.
  await import('debug');
  await new Promise((resolve) => setImmediate(resolve));
  return write.mock.calls.map(([text]) => String(text)).join('');
}

it.each(['haos:*', 'haos:files', '*'])('shows debug lines with DEBUG=%s', async (selection) => {
  const text = await logged(selection);

  expect(text).toContain('haos:files');
  expect(text).toContain('100% of it');
});

it.each([undefined, '', 'express:*', 'haos:other'])(
  'shows no debug lines with DEBUG=%s',
  async (selection) => {
    expect(await logged(selection)).toBe('');
  },
);
