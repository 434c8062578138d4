import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findProgram } from '../../scripts/setup.mjs';
import { ARTIFACTS } from './paths.js';

const SBOM = join(ARTIFACTS, 'haos-sbom-amd64.spdx.json');

/** Validates a document with the library of the SPDX project. */
function validate(path: string) {
  const cwd = join(import.meta.dirname, 'spdx-validator');
  const { status, stdout, stderr } = spawnSync(findProgram('go') ?? 'go', ['run', '.', path], {
    cwd,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

it('the bill of materials is valid for the library of the SPDX project', () => {
  const { packages } = JSON.parse(readFileSync(SBOM, 'utf8')) as { packages: object[] };

  const { status, output } = validate(SBOM);

  expect(status, output).toBe(0);
  expect(output).toMatch(`SPDX-2.3: ${packages.length} packages, ${packages.length} relationships`);
});

it.each<[string, (document: Record<string, object[]>) => object]>([
  ['a document of an unknown version of SPDX', (document) => ({ ...document, spdxVersion: 'SPDX-9' })],
  [
    'a relationship to a package that is not there',
    (document) => ({
      ...document,
      relationships: [{ ...document.relationships?.[0], relatedSpdxElement: 'SPDXRef-none' }],
    }),
  ],
])(
  'that library refuses %s',
  (_what, change) => {
    const directory = mkdtempSync(join(tmpdir(), 'haos-sbom-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'sbom.json');
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(SBOM, 'utf8')))));

    expect(validate(path)).toMatchObject({ status: 1 });
  },
  120_000,
);
