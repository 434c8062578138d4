import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configDefinition } from '../generated/keys.js';
import { validateConfig } from '../generated/validate-config.js';
import type { KeyDefinition } from './key.js';
import type { Tree } from './normalise.js';
import { hasRightTypes } from './right-types.js';

const anything = fc.jsonValue({ maxDepth: 2 });

/** A value of the type of a key, or now and then any other. */
function valueFor(key: KeyDefinition): fc.Arbitrary<unknown> {
  const text = fc.string({ maxLength: 3 });
  const right = {
    string: () => text,
    boolean: () => fc.boolean(),
    strings: () => fc.array(text, { maxLength: 3 }),
    'string-map': () => fc.dictionary(text, text, { maxKeys: 3 }),
    items: () => fc.array(treeOf(key), { maxLength: 2 }),
    section: () => treeOf(key),
  }[key.kind]();
  return fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: anything });
}

function treeOf({ keys = [] }: KeyDefinition): fc.Arbitrary<unknown> {
  const known = fc.record(Object.fromEntries(keys.map((key) => [key.name, valueFor(key)])), {
    requiredKeys: [],
  });
  const other = fc.tuple(known, fc.constantFrom('other', 'constructor', 'Hostname')).map(([tree, name]) => ({
    ...(tree as object),
    [name]: 'x',
  }));
  return fc.oneof({ weight: 20, arbitrary: known }, { weight: 1, arbitrary: other });
}

it('agrees with the generated validator', () => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(treeOf(configDefinition), (tree) => {
      const isRight = validateConfig(tree);
      seen.add(isRight);
      expect(hasRightTypes(tree as Tree, configDefinition)).toBe(isRight);
    }),
    { numRuns: 2000 },
  );
  expect(seen.size).toBe(2);
});
