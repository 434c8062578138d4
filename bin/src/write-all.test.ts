import type { writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeAll } from './write-all.js';

/**
 * Returns a descriptor that does one thing per call: accepts so many bytes, or fails with a code.
 */
function scripted(steps: (number | string)[]) {
  const written: Buffer[] = [];
  const write = (_fd: number, bytes: Buffer, offset: number) => {
    const step = steps.shift() ?? 0;
    if (typeof step === 'string') throw Object.assign(new Error(step), { code: step });
    const part = bytes.subarray(offset, offset + step);
    written.push(part);
    return part.length;
  };
  return { write: write as unknown as typeof writeSync, text: () => Buffer.concat(written).toString() };
}

describe('writing a text', () => {
  it('continues after a partial write and after a full pipe', () => {
    const { write, text } = scripted([2, 'EAGAIN', 1, 'EAGAIN', 'EAGAIN', 100]);

    expect(writeAll(1, 'grüße', write)).toBe(true);
    expect(text()).toBe('grüße');
  });

  it.each(['EPIPE', 'EIO'])('stops silently when the reader has closed the pipe (%s)', (code) => {
    const { write, text } = scripted([2, code, 100]);

    expect(writeAll(1, 'hello', write)).toBe(false);
    expect(text()).toBe('he');
  });

  it('fails for any other reason, but not as a bug of the program', () => {
    expect(() => writeAll(1, 'hello', scripted(['ENOSPC']).write)).toThrow(
      expect.objectContaining({ status: 1, message: expect.stringContaining('ENOSPC') }),
    );
  });
});
