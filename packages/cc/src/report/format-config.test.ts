import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSources } from '../config.js';
import type { CloudConfig } from '../generated/types.js';
import { configSchema, type DescribedKey } from '../model/schema.js';
import { formatConfig } from './format-config.js';

/**
 * Texts that YAML reads as something else unless they are quoted, and characters that it has to
 * escape.
 */
const HOSTILE = [
  ...[
    'yes',
    'No',
    'on',
    'y',
    'N',
    'true',
    'null',
    '~',
    '',
    '0755',
    '0o17',
    '0x1F',
    '1_000',
    '1e3',
    '.5',
    '5.',
    '+.inf',
    '.nan',
  ],
  ...[
    '12:30',
    '2001-01-01',
    '<<',
    '=',
    '-',
    '--- a',
    '...',
    '# a',
    'a # b',
    'a: b',
    'a:',
    ': a',
    '[a',
    '{a',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
  ],
  ...[
    '`a',
    "'",
    '"',
    '\\',
    ' a',
    'a ',
    'a\n',
    '\na',
    'a\nb',
    'a\n\nb\n\n',
    '\ta',
    'a\r\nb',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\0',
    '\u007f',
  ],
  ...[
    '\u{1f600}',
    '\ud800',
    '__proto__',
    'constructor',
    'x'.repeat(2000),
    '> a',
    '| a',
    '? a',
    '- a',
    'a,b',
    ']',
  ],
];

const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 12 }), fc.string());

function arbitrary(key: DescribedKey): fc.Arbitrary<unknown> {
  switch (key.kind) {
    case 'string':
      return text;
    case 'boolean':
      return fc.boolean();
    case 'strings':
      return fc.array(text, { maxLength: 4 });
    case 'string-map':
      return fc.dictionary(text, text, { maxKeys: 4 });
    case 'items':
      return fc.array(section(key), { maxLength: 3 });
    case 'section':
      return section(key);
  }
}

function section(definition: DescribedKey): fc.Arbitrary<object> {
  const keys = Object.fromEntries((definition.keys ?? []).map((key) => [key.name, arbitrary(key)]));
  return fc.record(keys, { requiredKeys: [] });
}

/** Without what has no value, and with the texts of maps as they are read. */
function withoutEmpty(tree: object, definition: DescribedKey): object {
  const entries = Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    const key = definition.keys!.find((candidate) => candidate.name === name)!;
    const kept =
      key.kind === 'section'
        ? withoutEmpty(value as object, key)
        : key.kind === 'items'
          ? (value as object[]).map((item) => withoutEmpty(item, key))
          : key.kind === 'string-map'
            ? Object.fromEntries(
                Object.entries(value as object).map(([entry, inside]) => [entry, inside.trim()]),
              )
            : value;
    const isEmpty = kept === '' || (typeof kept === 'object' && Object.keys(kept as object).length === 0);
    return isEmpty ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(entries);
}

describe('formatConfig', () => {
  it('writes everything, in the order of the schema', () => {
    const config: CloudConfig = {
      haos: {
        install: { device: '/dev/vda', silent: true, debug: false },
        token: '007',
        labels: { a: 'yes', b: '' },
        modules: [],
        sysctls: {},
      },
      hostname: 'node',
      writeFiles: [{ path: '/a', content: 'b\nc\n', permissions: '0644', owner: '' }],
    };

    expect(formatConfig(config)).toBe(`#cloud-config
write_files:
  - content: |
      b
      c
    path: /a
    permissions: '0644'
hostname: node
haos:
  token: '007'
  labels:
    a: 'yes'
    b: ''
  install:
    device: /dev/vda
    silent: true
    debug: false
`);
  });

  it('writes nothing but the first line of an empty configuration', () => {
    expect(formatConfig({ haos: { labels: {} }, runCmd: [] })).toBe('#cloud-config\n');
  });

  it('reads back equal, without an issue', () => {
    fc.assert(
      fc.property(section(configSchema), (config) => {
        const formatted = formatConfig(config);
        const { config: read, issues } = readSources([{ content: formatted }]);

        expect(issues).toEqual([]);
        expect(read).toEqual(withoutEmpty(config, configSchema));
        expect(formatConfig(read)).toBe(formatted);
      }),
      { numRuns: Number(process.env.HAOS_RUNS ?? 500) },
    );
  }, 120_000);

  it('does not change what it is given, and accepts frozen values', () => {
    const config: CloudConfig = Object.freeze({
      runCmd: Object.freeze(['a']),
      haos: Object.freeze({ labels: { a: ' b ' } }),
    });

    expect(formatConfig(config)).toContain('a: b\n');
    expect(config.haos?.labels).toEqual({ a: ' b ' });
  });

  it.each([[null], [5], [{ hostname: 5 }], [{ haos: { labels: { a: 1 } } }]])('refuses %j', (config) => {
    expect(() => formatConfig(config as never)).toThrow(
      expect.objectContaining({ code: 'HAOS_CC_ARGUMENT' }),
    );
  });
});
