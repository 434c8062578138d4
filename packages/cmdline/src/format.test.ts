import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { format } from './format.js';
import { parse } from './parse.js';

describe('format', () => {
  it.each([
    [{ name: 'ro' }, 'ro'],
    [{ name: 'haos.install.efi', value: 'true' }, 'haos.install.efi=true'],
    [{ name: 'haos.install.efi', value: 'true', bare: true }, 'haos.install.efi'],
    [{ name: 'haos.token', value: '' }, 'haos.token='],
    [{ name: 'haos.sysctl[kernel.printk]', value: '4 4 1 7' }, 'haos.sysctl[kernel.printk]="4 4 1 7"'],
    [{ name: 'haos.labels[a b]', value: 'c d' }, '"haos.labels[a b]=c d"'],
    [{ name: 'a', value: 'b=c' }, 'a=b=c'],
    [{ name: 'run_cmd', value: 'x="y z"' }, 'run_cmd=x="y z"'],
    [{ name: 'a', value: '"b"' }, 'a=""b""'],
    [{ name: 'hostname', value: "it's" }, "hostname=it's"],
    [{ name: 'a', value: 'à' }, 'a="à"'],
    [{ name: 'a', value: 'b\u00a0c' }, 'a="b\u00a0c"'],
  ])('writes %j', (entry, text) => {
    expect(format([entry])).toEqual({ text, issues: [] });
  });

  it.each([
    { name: 'a', value: 'say "x y"' },
    { name: 'a', value: '"' },
    { name: 'a', value: 'b"c' },
    { name: 'a', value: 'b\0c' },
    { name: 'a', value: '\ud800' },
    { name: 'a=b', value: 'c' },
    { name: 'a b', value: '"' },
  ])('reports %j and leaves it out', (entry) => {
    const { text, issues } = format([{ name: 'before' }, entry, { name: 'after' }]);

    expect(text).toBe('before after');
    expect(issues.map(({ code, entry }) => [code, entry])).toEqual([['not-expressible', 1]]);
  });

  it('never shows a value in an issue', () => {
    expect(JSON.stringify(format([{ name: 'haos.token', value: 'se"cret' }]).issues)).not.toContain('cret');
  });

  it('is the inverse of parse', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'B', '.', '[', ']', '=', '"', ' ', '\n', 'ä', '-') });
    const entries = fc.array(fc.record({ name: part, value: fc.option(part, { nil: undefined }) }));
    fc.assert(
      fc.property(entries, (entries) => {
        const { text, issues } = format(entries);
        const left = entries.filter((_, index) => !issues.some(({ entry }) => entry === index));
        expect(
          parse(text).parameters.map((p) => ({ name: p.name, value: p.bare ? undefined : p.value })),
        ).toEqual(left);
      }),
      { numRuns: 3000 },
    );
  });

  it('writes everything that has no quote, no NUL and no "=" in its name', () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replace(/["\0]/g, ''));
    const name = text.map((value) => `haos.${value.replaceAll('=', '')}`);
    fc.assert(
      fc.property(fc.array(fc.record({ name, value: text })), (entries) => {
        expect(format(entries).issues).toEqual([]);
      }),
    );
  });

  it('writes back what parse has read', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '.', '=', '"', ' ') }), (text) => {
        const { parameters } = parse(text);
        const formatted = format(parameters);
        const kept = parameters.filter((_, index) => !formatted.issues.some(({ entry }) => entry === index));
        expect(
          parse(formatted.text).parameters.map(({ name, value, bare }) => ({ name, value, bare })),
        ).toEqual(kept.map(({ name, value, bare }) => ({ name, value, bare })));
      }),
      { numRuns: 2000 },
    );
  });
});
