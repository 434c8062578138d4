import { describe, expect, it } from 'vitest';
import { createRedactor, redactUrl } from './redact.js';

describe('a redactor', () => {
  it('replaces every secret everywhere, even percent-encoded', () => {
    const redact = createRedactor(['s3cret/key', 'token']);

    expect(redact('a s3cret/key, token=token; http://x/?k=s3cret%2Fkey')).toBe(
      'a ***, ***=***; http://x/?k=***',
    );
  });

  it('leaves no part of a secret that contains another', () => {
    expect(createRedactor(['pass', 'password'])('password pass')).toBe('*** ***');
  });

  it('treats secrets as text, not as patterns', () => {
    expect(createRedactor(['$6$.*'])('abc $6$.* abc')).toBe('abc *** abc');
  });

  it('ignores short secrets, and accepts odd ones', () => {
    expect(createRedactor(['', 'yes', 'abc\uD800'])('yes, abc')).toBe('yes, abc');
  });
});

describe('a redacted URL', () => {
  it.each([
    ['https://user:password@example.com:8443/a/b?token=x#y', 'https://example.com:8443/a/b'],
    ['http://token@example.com', 'http://example.com/'],
    ['no URL at all: secret', '(invalid URL)'],
  ])('%s becomes %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});
