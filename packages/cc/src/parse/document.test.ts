import { describe, expect, it } from 'vitest';
import { originAt } from './document.js';

const TEXT = 'a\nbc\r\nd\re\n';
const document = { source: 'input' as const, file: 'a.yaml', text: TEXT };

describe('originAt', () => {
  it.each([
    [0, 1, 1],
    [1, 1, 2],
    [2, 2, 1],
    [4, 2, 3],
    [6, 3, 1],
    [8, 4, 1],
    [10, 5, 1],
  ])('finds the line and column of offset %i', (offset, line, column) => {
    expect(originAt(document, offset, 1)).toMatchObject({ line, column, offset });
  });

  it('does not count a byte order mark', () => {
    const marked = { ...document, text: `\ufeff${TEXT}` };

    expect(originAt(marked, 0, 1)).toMatchObject({ line: 1, column: 1 });
    expect(originAt(marked, 1, 1)).toMatchObject({ line: 1, column: 1 });
    expect(originAt(marked, 3, 1)).toMatchObject({ line: 2, column: 1 });
  });

  it('stays inside the text, and is never empty', () => {
    expect(originAt(document, 99, 0)).toMatchObject({ offset: TEXT.length, length: 1, line: 5 });
    expect(originAt(document, -1, 0)).toMatchObject({ offset: 0, line: 1, column: 1 });
    expect(originAt({ ...document, text: '' }, 0, 1)).toMatchObject({ line: 1, column: 1 });
  });
});
