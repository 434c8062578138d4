import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, must, type Packed, ROOT, readManifest, run, WORKSPACES } from './empty-project.js';

const libraries = WORKSPACES.filter(({ path }) => path !== 'bin').map(({ name }) => name);

let project: string;
let packed: Packed[];

beforeAll(() => {
  ({ project, packed } = createProject());
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('in an empty project', () => {
  it.each(libraries)('%s can be imported', (name) => {
    const program = `const exports = await import(${JSON.stringify(name)}); console.log(Object.keys(exports).length);`;

    expect(
      Number(must(project, process.execPath, ['--input-type=module', '--eval', program])),
    ).toBeGreaterThan(0);
  });

  it.each(libraries)('%s keeps its internals private', (name) => {
    const program = `await import(${JSON.stringify(`${name}/dist/index.js`)});`;

    const { stderr } = run(project, process.execPath, ['--input-type=module', '--eval', program]);

    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('every library has types', () => {
    const lines = libraries.map(
      (name, index) => `import * as library${index} from '${name}';\nlibrary${index}.doesNotExist;`,
    );
    writeFileSync(join(project, 'consumer.ts'), lines.join('\n'));
    const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--noEmit', '--skipLibCheck'];

    const { stdout } = run(project, join(ROOT, 'node_modules/.bin/tsc'), [...options, 'consumer.ts']);

    // Without types the namespace would be `any` and have every property, or the import itself
    // would be an error.
    const errors = stdout.split('\n').filter((line) => line.includes('error'));
    expect(errors.map((line) => /error (TS\d+)/.exec(line)?.[1])).toEqual(libraries.map(() => 'TS2339'));
  });

  it('a TypeScript program compiles with the strictest options, and runs', () => {
    writeFileSync(
      join(project, 'program.mts'),
      `import { type CloudConfig, defineConfig, hasErrors, plan, readSources, validate } from '@haos/cc';
import schema from '@haos/cc/cloud-config.schema.json' with { type: 'json' };
import { parse } from '@haos/cmdline';
import { parseKeySource } from '@haos/ssh';
import { isHaosError, rootedHost } from '@haos/host';
import { createTestHost } from '@haos/host/testing';

const host = createTestHost({ tree: { '/haos/system/config.yaml': 'hostname: a' } });
const { config } = readSources([{ content: host.files.read('/haos/system/config.yaml') }]);
const other: CloudConfig = defineConfig({ haos: { labels: { region: 'eu' } } });
const { hasChanges } = await plan({ ...config, ...other }, { host, phase: 'boot' });
host.dispose();
let code = '';
try {
  rootedHost('/nowhere/at/all');
} catch (error) {
  if (isHaosError(error)) code = error.code;
}
const { issues } = validate('hostnme: a');
console.log(JSON.stringify([
  hasChanges, code, hasErrors(issues), parse('a=b').parameters.length, parseKeySource('github:a').kind, schema.title,
]));
`,
    );
    const options = [
      ...['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023', '--types', 'node', '--strict'],
      ...[
        '--noUncheckedIndexedAccess',
        '--exactOptionalPropertyTypes',
        '--verbatimModuleSyntax',
        '--resolveJsonModule',
      ],
      ...['--typeRoots', join(ROOT, 'node_modules/@types')],
    ];

    const { stdout } = run(project, join(ROOT, 'node_modules/.bin/tsc'), [...options, 'program.mts']);
    expect(stdout).toBe('');
    const printed = must(project, process.execPath, ['--no-warnings', 'program.mjs']);

    expect(JSON.parse(printed)).toEqual([
      true,
      'HAOS_FILE_NOT_FOUND',
      true,
      1,
      'remote',
      'HAOS cloud-config',
    ]);
  });

  it('the program runs', () => {
    writeFileSync(join(project, 'config.yaml'), 'hostname: myhost\n');

    must(project, join(project, 'node_modules/.bin/haos'), ['config', 'validate', 'config.yaml']);
  });
});

it('only the build and its description are packed', () => {
  const foreign = packed.flatMap(({ name, files }) => {
    const workspace = WORKSPACES.find((candidate) => candidate.name === name);
    const programs = Object.values(readManifest(workspace?.path ?? '').bin ?? {});
    return files
      .map(({ path }) => path)
      .filter((path) => !programs.includes(path) && !isPartOfPackage(path))
      .map((path) => `${name}: ${path}`);
  });

  expect(packed).toHaveLength(WORKSPACES.length);
  expect(foreign).toEqual([]);
});

it.each(WORKSPACES.map(({ name, path }) => [name, path] as const))(
  '%s contains its description, its licence, and its repository',
  (name, path) => {
    const files = packed.find((candidate) => candidate.name === name)?.files.map((file) => file.path);

    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE']));
    expect(readFileSync(join(ROOT, path, 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
    );
    expect(readManifest(path).repository?.directory).toBe(path);
  },
);

it('the program contains the licences of the code that is bundled with it', () => {
  const notices = readFileSync(join(project, 'node_modules/@haos/cli/dist/third-party-licenses.txt'), 'utf8');

  for (const name of ['execa', 'js-yaml', 'undici']) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
  expect(notices).toContain('Copyright');
});

function isPartOfPackage(path: string): boolean {
  if (/\.test\.|tsbuildinfo|\.tsx?$/.test(path) && !path.endsWith('.d.ts')) return false;
  return (
    /^((?:dist|schemas)\/|package\.json$|README\.md$|LICENSE$)/.test(path) || path.endsWith('.schema.json')
  );
}
