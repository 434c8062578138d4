import { describe, expect, it } from 'vitest';
import { formatGrubEnv, parseGrubEnv } from './grub-env.js';

const text = (block: Uint8Array) => Buffer.from(block).toString('utf8');

describe("GRUB's environment block", () => {
  it('has 1024 bytes: a signature, variables, and filling', () => {
    const block = formatGrubEnv(new Map([['haos_slot', 'previous']]));

    expect(text(block)).toBe(`${'# GRUB Environment Block\nhaos_slot=previous\n'.padEnd(1024, '#')}`);
  });

  it.each([
    ['nothing', {}],
    ['values with signs', { a: 'v1.2/-/6.1+k3s=1', b: '', c: '#' }],
    ['backslashes and line breaks', { a: 'x\\y\\\\', b: 'one\ntwo\n', c: '\\n' }],
    ['text that is not ASCII', { a: 'größe' }],
  ])('keeps %s', (_title, variables) => {
    const map = new Map(Object.entries(variables));

    expect(parseGrubEnv(formatGrubEnv(map))).toEqual(map);
  });

  it('may contain a comment, as grub-editenv writes it', () => {
    const block = Buffer.from('# GRUB Environment Block\n# WARNING: a=b\na=1\n'.padEnd(1024, '#'));

    expect(parseGrubEnv(block)).toEqual(new Map([['a', '1']]));
  });

  it.each([
    ['nothing', ''],
    ['another file', 'a=b\n'],
    ['zeros', '\0'.repeat(1024)],
  ])('is not %s', (_title, content) => {
    expect(parseGrubEnv(Buffer.from(content))).toEqual(new Map());
  });

  it.each([
    ['too much', { a: 'x'.repeat(1024) }],
    ['a name that GRUB does not allow', { 'a b': '1' }],
  ])('rejects %s', (_title, variables) => {
    expect(() => formatGrubEnv(new Map(Object.entries(variables)))).toThrowError(
      expect.objectContaining({ code: 'HAOS_UPGRADE_GRUB_ENV' }),
    );
  });
});
