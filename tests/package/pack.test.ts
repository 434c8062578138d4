import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listWorkspaces } from '../../scripts/build.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The published workspaces. */
const workspaces = listWorkspaces(ROOT).filter(({ path }) => readManifest(path).private !== true);
const libraries = workspaces.filter(({ path }) => path !== 'bin').map(({ name }) => name);

interface Packed {
  name: string;
  filename: string;
  files: { path: string }[];
}

interface Manifest {
  private?: boolean;
  bin?: Record<string, string>;
  repository?: { directory: string };
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
}

let project: string;
let packed: Packed[];

/**
 * Packs every workspace as `npm publish` would, and installs them into an otherwise empty project.
 */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'haos-package-'));
  const names = workspaces.flatMap(({ path }) => ['--workspace', path]);
  packed = JSON.parse(must(ROOT, 'npm', ['pack', '--json', '--pack-destination', project, ...names]));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  );
  const tarballs = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  must(project, 'npm', [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...tarballs.map((name) => `./${name}`),
  ]);
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(cwd: string, program: string, args: readonly string[]) {
  return spawnSync(program, args, { cwd, encoding: 'utf8' });
}

function must(cwd: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = run(cwd, program, args);
  expect(status, `${program} ${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

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
    const workspace = workspaces.find((candidate) => candidate.name === name);
    const programs = Object.values(readManifest(workspace?.path ?? '').bin ?? {});
    return files
      .map(({ path }) => path)
      .filter((path) => !programs.includes(path) && !isPartOfPackage(path))
      .map((path) => `${name}: ${path}`);
  });

  expect(packed).toHaveLength(workspaces.length);
  expect(foreign).toEqual([]);
});

it.each(workspaces.map(({ name, path }) => [name, path] as const))(
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
  return /^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(path) || path.endsWith('.schema.json');
}
