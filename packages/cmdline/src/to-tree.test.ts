import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from './parse.js';
import { toTree } from './to-tree.js';

function read(text: string) {
  const { tree, issues } = toTree(parse(text).parameters);
  return { tree: JSON.parse(JSON.stringify(tree)), issues };
}

describe('toTree', () => {
  it('nests dotted names, lists repeated ones and enters maps', () => {
    const { tree, issues } = read(
      'ro haos.dns_nameserver=1.1.1.1 haos.dns_nameserver=8.8.8.8 haos.sysctl[kernel.printk]="4 4 1 7" haos.install.efi haos.sysctl[vm.swappiness]=0',
    );

    expect(issues).toEqual([]);
    expect(tree).toEqual({
      ro: 'true',
      haos: {
        dns_nameserver: ['1.1.1.1', '8.8.8.8'],
        sysctl: { 'kernel.printk': '4 4 1 7', 'vm.swappiness': '0' },
        install: { efi: 'true' },
      },
    });
  });

  it('takes the last value of a map entry', () => {
    expect(read('l[a]=1 l[a]=2').tree).toEqual({ l: { a: '2' } });
  });

  it.each([
    ['a=1 a.b=2', { a: '1' }],
    ['a.b=2 a=1', { a: { b: '2' } }],
    ['a=1 a[b]=2', { a: '1' }],
    ['a=1 a=2 a.b.c=3', { a: ['1', '2'] }],
    ['a.b.c=1 a[b]=2', { a: { b: { c: '1' } } }],
  ])('keeps the first use in %j and reports the other', (text, expected) => {
    const { tree, issues } = read(text);

    expect(tree).toEqual(expected);
    expect(issues.map(({ code }) => code)).toEqual(['conflicting-names']);
    expect(issues[0]!.parameter).toBe(parse(text).parameters.length - 1);
  });

  it('leaves out malformed names without a second report', () => {
    expect(read('a..b=1 c[=2 =3 d=4')).toEqual({ tree: { d: '4' }, issues: [] });
  });

  it('treats the names of Object.prototype as ordinary names', () => {
    const { tree } = toTree(parse('__proto__.polluted=1 constructor=2 toString[__proto__]=3').parameters);

    expect(Object.keys(tree)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(tree.constructor).toBe('2');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('=', ' ', 'a', 'b', '.', '[', ']') }), (text) => {
        const { tree } = toTree(parse(text).parameters);
        expect(Object.getPrototypeOf(tree)).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });
});
