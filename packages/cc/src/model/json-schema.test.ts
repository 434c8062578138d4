import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Issue } from '../issue.js';
import { validate } from '../validate.js';
import { schema } from './json-schema.js';
import { snakeCase } from './key.js';
import { pointerSegments } from './pointer.js';
import { configSchema, type DescribedKey } from './schema.js';

/** The default mode, strict: throws or logs for what is not plain JSON Schema. */
function compile() {
  const logged: unknown[] = [];
  const log = (...words: unknown[]) => void logged.push(words);
  const ajv = new Ajv({ logger: { log, warn: log, error: log } });
  return { isValid: ajv.compile(schema()), logged };
}

const { isValid, logged } = compile();

/** Texts that some key takes or nearly takes. */
const TEXTS = [
  ...['', 'a', 'a_b', 'node-1.example', 'x'.repeat(65), '0644', '420', '384', '0o17777', 'rw', 'true', 'yes'],
  ...[
    '/etc/a',
    'etc/a',
    '/',
    '/dev/sda',
    '/dev/',
    'https://a/b.yaml',
    'HTTP://a/b',
    'ftp://a',
    'a'.repeat(64),
  ],
  ...[
    'aws',
    'azure',
    'b64',
    'zip',
    'server',
    'a=b:NoSchedule',
    'r.example/haos',
    'v1.2.0',
    'v 1',
    '10.0.0.1',
  ],
  ...['mypassword', 'github:a', 'a\nb', '\0', '__proto__', 'us-west-1', '-a', 'a_', 'a.b'],
  ...['a:NoExecute', 'example.com/a=:PreferNoSchedule', 'a=b', 'a=-b:NoSchedule', 'A.b/c:NoSchedule', 'a:No'],
  ...[
    'https://a:6443',
    'https://a b',
    'https://',
    'http://a\u0085b',
    'https://a:99999',
    'https:a',
    'https://[::1]',
  ],
];

/** Names that a map of texts takes or nearly takes. */
const NAMES = [
  ...['a', 'b.c', 'X', '__proto__', 'example.com/a', 'a/b/c', '/a', 'a/', '-a', 'Example.com/a', 'a b'],
  ...['x'.repeat(63), 'x'.repeat(64), `${'a.'.repeat(126)}a/b`, `${'a.'.repeat(127)}a/b`],
];

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)) },
);
const anything = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('a', 'b'), scalar),
);

/** What a key takes, or, one time in six, anything. */
function written(key: DescribedKey): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 5, arbitrary: fitting(key) }, { weight: 1, arbitrary: anything });
}

function fitting(key: DescribedKey): fc.Arbitrary<unknown> {
  switch (key.kind) {
    case 'string':
      return key.examples.length > 0 ? fc.oneof(scalar, fc.constantFrom(...key.examples)) : scalar;
    case 'boolean':
      return fc.oneof(fc.boolean(), fc.constantFrom('true', 'false', 'yes', 1, null));
    case 'strings':
      return fc.oneof(fc.array(scalar, { maxLength: 3 }), scalar);
    case 'string-map':
      return fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })));
    case 'items':
      return fc.oneof(fc.array(section(key), { maxLength: 2 }), section(key));
    case 'section':
      return section(key);
  }
}

function section(definition: DescribedKey): fc.Arbitrary<object> {
  const keys = definition.keys ?? [];
  const members = Object.fromEntries(keys.map((key) => [snakeCase(key.name), written(key)]));
  const required = keys.filter((key) => key.required).map((key) => snakeCase(key.name));
  const known = fc.record(members, { requiredKeys: required });
  // One time in ten, one member is missing or unknown.
  return fc.oneof(
    { weight: 9, arbitrary: known },
    { weight: 1, arbitrary: fc.record({ ...members, unknown: scalar }, { requiredKeys: ['unknown'] }) },
  );
}

/** Errors that follow from the types, names and texts that the schema knows. */
const IN_SCHEMA = [
  ...['not-a-mapping', 'unknown-key', 'wrong-type', 'missing-key'],
  ...['invalid-hostname', 'invalid-permissions', 'invalid-sha256', 'unsupported-data-source'],
  ...['invalid-label', 'invalid-taint', 'invalid-url'],
];

/** Labels and taints among the arguments of k3s, and proxies, are beyond the schema. */
const BEYOND_SCHEMA = /^\/haos\/(?:k3sArgs|environment)\//;

/** A number in the place of a text is checked by its digits, which the schema does not see. */
function isAboutText({ code, pointer }: Issue, config: object): boolean {
  const value = pointerSegments(pointer).reduce<unknown>((inside, segment) => {
    // One item may stand without its list.
    if (/^\d+$/.test(segment) && !Array.isArray(inside)) return inside;
    const members = inside as Record<string, unknown> | null;
    return members?.[segment] ?? members?.[snakeCase(segment)];
  }, config);
  // Of a list in a map of texts, the first item counts.
  const text = Array.isArray(value) ? value[0] : value;
  // Only the check parses a URL.
  if (code === 'invalid-url' && typeof text === 'string' && /^https?:\/\/\P{Cc}+$/iu.test(text)) return false;
  return text === undefined || typeof text === 'string' || typeof text === 'object';
}

describe('the published schema', () => {
  it('is plain JSON Schema: ajv compiles it in strict mode, and only wonders about lists that may be a map', () => {
    expect(
      String(logged.join('\n'))
        .replace(/^.*missing type "array" for keyword "items".*$/gm, '')
        .trim(),
    ).toBe('');
  });

  it('has the items of lists of maps where editors look for them, and no example that they cannot write', () => {
    const { properties } = schema() as {
      properties: Record<string, { items?: object; examples?: unknown[] }>;
    };

    expect(properties.write_files?.items).toMatchObject({ required: ['path'] });
    expect(properties.write_files?.examples).toBeUndefined();
  });

  it.each([
    [{}, true],
    [{ write_files: [{ path: '/a', permissions: 420 }], haos: null }, true],
    [{ haos: { SERVERURL: 'https://a', labels: { a: 1, b: [1] }, wifi: { name: 'a' } } }, true],
    [{ haos: { labels: { 'example.com/a': 'b' }, taints: ['a:NoExecute', 'a=b:NoSchedule', ''] } }, true],
    [{ haos: { labels: { 'a/b/c': '' } } }, false],
    [{ haos: { labels: { a: '-b' } } }, false],
    [{ haos: { taints: ['a=b'] } }, false],
    [{ haos: { server_url: 'http://a:6443' } }, false],
    [{ haos: { server_url: 'https://a b' } }, false],
    [{ boot_manifests: [{ url: 'https://a/\u0085' }] }, false],
    [{ hostname: 'a_b' }, false],
    [{ haos: { token: ['a'] } }, false],
    [{ write_files: [{ path: '' }] }, false],
    [{ write_files: [{ content: 'a' }] }, false],
    [{ haos: { install: { silent: 'yes' } } }, false],
    [[], false],
  ])('says of %j: %s', (config, expected) => {
    expect(isValid(config)).toBe(expected);
  });

  it('agrees with the validator', () => {
    fc.assert(
      fc.property(fc.oneof(section(configSchema), anything), (config) => {
        const { issues } = validate(JSON.stringify(config));
        const accepts = isValid(config);
        // What the schema refuses, the validator reports; what the schema knows of and the
        // validator refuses, it refuses.
        if (!accepts) expect(issues.map(({ code }) => code)).not.toEqual([]);
        const errors = issues.filter(
          ({ code, pointer, severity }) =>
            severity === 'error' && IN_SCHEMA.includes(code) && !BEYOND_SCHEMA.test(pointer),
        );
        if (errors.some((issue) => isAboutText(issue, config as object))) expect(accepts).toBe(false);
      }),
      { numRuns: Number(process.env.HAOS_RUNS ?? 3000) },
    );
  }, 120_000);
});
