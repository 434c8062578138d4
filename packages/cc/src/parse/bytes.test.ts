import { describe, expect, it } from 'vitest';
import { isBase64 } from './bytes.js';

describe('base64', () => {
  it('is recognised by its alphabet and its padding', () => {
    for (const text of ['', 'QQ==', 'QUI=', 'QUJD', 'QUJD'.repeat(5_000_000)])
      expect(isBase64(text)).toBe(true);
    for (const text of ['Q', 'QQ=', 'Q===', '====', 'QQ==QQ==', 'QUJ_', 'QU JD'])
      expect(isBase64(text)).toBe(false);
  });
});
