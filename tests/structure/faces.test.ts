import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { nodesOf, parseModule, ROOT } from './module.js';

/**
 * The limit of names that a package may export, types included, so that a person can learn them.
 */
const LIMITS: Readonly<Record<string, number>> = {
  cmdline: 20,
  host: 35,
  system: 26,
  questions: 20,
  ssh: 20,
  audit: 16,
  cc: 40,
  install: 24,
  operator: 24,
};

interface Name {
  name: string;
  isType: boolean;
}

/** Returns the names that a package's index.ts exports. */
function publicNames(path: string): Name[] {
  const file = `packages/${path}/src/index.ts`;
  const { tree } = parseModule(file, readFileSync(join(ROOT, file), 'utf8'));
  return nodesOf(tree)
    .filter(ts.isExportSpecifier)
    .map((node) => ({ name: node.name.text, isType: node.isTypeOnly || node.parent.parent.isTypeOnly }));
}

describe.each(Object.keys(LIMITS))('the face of @haos/%s', (path) => {
  const names = publicNames(path);

  it('is small', () => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.length).toBeLessThanOrEqual(LIMITS[path] ?? 0);
  });

  it('is in an example of its README', () => {
    const page = readFileSync(join(ROOT, `packages/${path}/README.md`), 'utf8');
    const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code).join('\n');
    const missing = names.filter(
      ({ name, isType }) => !isType && !new RegExp(`\\b${name}\\b`).test(examples),
    );

    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
