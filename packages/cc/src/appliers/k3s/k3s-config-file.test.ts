import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { renderK3sConfig } from './k3s-config-file.js';

const VALUES = [
  '0 */6 * * *',
  ' ends ',
  `it's "a" $HOME \`id\` \\ #: {}`,
  'yes',
  '0644',
  '1e3',
  'null',
  '~',
  '',
  '\u00e9\u2028\ufeff',
];

const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));

describe('renderK3sConfig', () => {
  it('looks like this', () => {
    const settings = new Map<string, string | string[]>([
      ['cluster-init', 'true'],
      ['write-kubeconfig-mode', '0644'],
      ['node-label', ['a=b', 'c=d']],
    ]);

    expect(renderK3sConfig(settings)).toMatchInlineSnapshot(`
      "# Written by HAOS from haos.k3s_args, haos.labels and haos.taints; changes are overwritten.
      cluster-init: true
      write-kubeconfig-mode: "0644"
      node-label+:
        - "a=b"
        - "c=d"
      "
    `);
  });

  it('keeps every value as it is', () => {
    const settings = new Map(VALUES.map((value, index) => [`key-${index}`, value]));

    const read = load(renderK3sConfig(settings.set('list', VALUES as never))) as Record<string, unknown>;

    expect(Object.values(read)).toEqual([...VALUES, VALUES]);
  });

  it('keeps every value without a control character', () => {
    fc.assert(
      fc.property(fc.array(printable), (values) => {
        const read = load(renderK3sConfig(new Map([['list', values]]))) as { 'list+': unknown[] | null };

        expect((read['list+'] ?? []).map(String)).toEqual(values);
      }),
    );
  });

  it('is an empty map when there is nothing to set', () => {
    expect(load(renderK3sConfig(new Map()))).toEqual({});
  });

  it.each(['a\nb', 'a\tb', 'a\0b'])('refuses the value %j', (value) => {
    expect(() => renderK3sConfig(new Map([['node-name', value]]))).toThrow(
      expect.objectContaining({ code: 'HAOS_CC_K3S_ARGUMENT' }),
    );
  });
});
