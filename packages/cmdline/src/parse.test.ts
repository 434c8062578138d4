import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from './parse.js';
import { splitName } from './split-name.js';

function parseOne(text: string) {
  const { parameters } = parse(text);
  expect(parameters).toHaveLength(1);
  return parameters[0]!;
}

describe('splitName', () => {
  it.each([
    ['ro', { path: ['ro'] }],
    ['haos.install.device', { path: ['haos', 'install', 'device'] }],
    ['haos.sysctl.kernel.printk', { path: ['haos', 'sysctl', 'kernel', 'printk'] }],
    ['haos.sysctl[kernel.printk]', { path: ['haos', 'sysctl'], mapKey: 'kernel.printk' }],
    ['haos.labels[a[b].c]', { path: ['haos', 'labels'], mapKey: 'a[b].c' }],
    ['haos.labels[]]', { path: ['haos', 'labels'], mapKey: ']' }],
    ['haos.labels[ a ]', { path: ['haos', 'labels'], mapKey: ' a ' }],
    ['__proto__.constructor', { path: ['__proto__', 'constructor'] }],
  ])('splits %j', (name, expected) => {
    expect(splitName(name)).toEqual(expected);
  });

  it.each(['', '.', '.x', 'x.', 'haos..token', '[a]', 'a.[b]', 'a[]', 'a[', 'a[b', 'a[b]c', 'a[b].c', '[]'])(
    'rejects %j as malformed',
    (name) => {
      expect(splitName(name)).toBeUndefined();
    },
  );
});

describe('parse', () => {
  it('reads a parameter without "=" as true and marks it as bare', () => {
    expect(parseOne('haos.install.efi')).toMatchObject({ value: 'true', bare: true });
    expect(parseOne('haos.install.efi=true')).toMatchObject({ value: 'true', bare: false });
    expect(parseOne('haos.install.efi=')).toMatchObject({ value: '', bare: false });
  });

  it('reads the map form', () => {
    expect(parseOne('haos.labels[region]=us-west-1')).toMatchObject({
      name: 'haos.labels[region]',
      path: ['haos', 'labels'],
      bracketKey: 'region',
      malformed: false,
      value: 'us-west-1',
    });
  });

  it('keeps every repetition in order', () => {
    const { parameters } = parse('haos.dns_nameserver=1.1.1.1 quiet haos.dns_nameserver=8.8.8.8');

    expect(parameters.map(({ path, value }) => [path.join('.'), value])).toEqual([
      ['haos.dns_nameserver', '1.1.1.1'],
      ['quiet', 'true'],
      ['haos.dns_nameserver', '8.8.8.8'],
    ]);
  });

  it('keeps the readable part of a malformed name', () => {
    expect(parseOne('haos.token.=v')).toMatchObject({ path: ['haos', 'token', ''], malformed: true });
    expect(parseOne('haos.labels.a[b=v')).toMatchObject({
      name: 'haos.labels.a[b',
      path: ['haos', 'labels', 'a'],
      bracketKey: undefined,
      malformed: true,
    });
  });

  it('reports nothing for a usual command line', () => {
    const text =
      'BOOT_IMAGE=(loop0)/vmlinuz printk.devkmsg=on console=tty1 console=ttyS0,115200n8 root=UUID=1 ro dyndbg="file a.c +p" haos.mode=disk --\n';

    expect(parse(text).issues).toEqual([]);
  });

  it.each([
    ['a="b c', 'stray-quote', 0, '"'],
    ['x a=b"c', 'stray-quote', 1, '"'],
    ['a="b"c=d', 'joined-parameters', 1, 'c=d'],
    ['ro =y', 'empty-name', 1, '=y'],
    ['haos..token=1', 'malformed-name', 0, 'haos..token'],
    ['haos.labels[a=1', 'malformed-name', 0, 'haos.labels[a'],
    ['haos.labels[a]b=1', 'malformed-name', 0, 'haos.labels[a]b'],
  ])('reports the problem in %j at its place', (text, code, parameter, part) => {
    const { issues } = parse(text);

    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ code, parameter });
    expect(text.slice(issues[0]!.offset, issues[0]!.offset + issues[0]!.length)).toBe(part);
  });

  it('never throws and reports only places inside the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', '=', ' ', 'a', '.', '[', ']', '\0') }), (text) => {
        const { parameters, issues } = parse(text);
        for (const issue of issues) {
          expect(parameters[issue.parameter]).toBeDefined();
          expect(issue.length).toBeGreaterThan(0);
          expect(issue.offset + issue.length).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
