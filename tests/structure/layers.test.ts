import { describe, expect, it } from 'vitest';
import { checkDependencies } from './dependencies.js';
import { pathOf, readDrawing } from './drawing.js';
import { parseModule, readModules, readWorkspaces, type Workspace } from './module.js';
import {
  commentWidth,
  honestTests,
  indexIsExplicit,
  layers,
  noDeepImports,
  noDefaultExports,
  onlyHostTouchesMachine,
  type Rule,
  testingOnlyInTests,
  usesNothingOfNode,
} from './rules.js';

interface Case {
  rule: Rule;
  title: string;
  /** Pairs of a path and a text that the rule refuses. */
  bad: readonly (readonly [path: string, text: string])[];
  /** Pairs that the rule must accept. */
  good: readonly (readonly [path: string, text: string])[];
}

const SYSTEM: Workspace = {
  path: 'packages/system',
  manifest: { name: '@haos/system', exports: { '.': {}, './testing': {} } },
  modules: [],
};

const CASES: readonly Case[] = [
  {
    rule: layers,
    title: 'imports only go down',
    bad: [
      ['packages/system/src/a.ts', "import { read } from '@haos/cc';"],
      ['packages/ssh/src/a.ts', "export { ask } from '@haos/questions';"],
      ['packages/cc/src/a.ts', "const install = await import('@haos/install');"],
      ['packages/cmdline/src/a.ts', "type Host = import('@haos/system').Host;"],
      ['packages/cc/src/a.test.ts', "import type { Plan } from '@haos/install';"],
      ['packages/new/src/a.ts', ''],
    ],
    good: [
      [
        'packages/cc/src/a.ts',
        "import { parse } from '@haos/cmdline'; import type { Host } from '@haos/host';",
      ],
      ['bin/src/a.ts', "import { install } from '@haos/install';"],
      ['packages/system/src/a.ts', "// import '@haos/cc'\nconst text = \"import '@haos/cc'\";"],
    ],
  },
  {
    rule: noDeepImports,
    title: 'other packages are imported only through their exports',
    bad: [
      ['packages/cc/src/a.ts', "import { layout } from '@haos/system/dist/layout.js';"],
      ['packages/cc/src/a.ts', "import { layout } from '../../system/src/layout.js';"],
      ['packages/cc/src/deep/a.ts', "export { layout } from '../../../system/src/layout.js';"],
    ],
    good: [
      ['packages/cc/src/a.ts', "import { layout } from '@haos/system';"],
      ['packages/cc/src/a.test.ts', "import { createTestHost } from '@haos/host/testing';"],
      [
        'packages/cc/src/deep/a.ts',
        "import { merge } from '../merge.js'; import { x } from 'ajv/dist/x.js';",
      ],
    ],
  },
  {
    rule: testingOnlyInTests,
    title: 'test helpers of packages are used only in tests',
    bad: [
      ['packages/cc/src/a.ts', "import { createTestHost } from '@haos/host/testing';"],
      ['packages/system/src/a.ts', "import { createTestHost } from './testing.js';"],
    ],
    good: [['packages/cc/src/a.test.ts', "import { createTestHost } from '@haos/host/testing';"]],
  },
  {
    rule: onlyHostTouchesMachine,
    title: 'only the Host touches the machine',
    bad: [
      ['packages/cc/src/a.ts', "import { readFileSync } from 'node:fs';"],
      ['packages/cc/src/a.ts', "import { readFile } from 'fs/promises';"],
      ['packages/ssh/src/a.ts', "const { request } = await import('undici');"],
      ['packages/install/src/a.ts', "import { execa } from 'execa';"],
      ['packages/system/src/a.ts', "import { spawn } from 'node:child_process';"],
      ['packages/cc/src/a.ts', "import { env } from 'node:process';"],
      ['packages/cc/src/a.ts', 'const home = process.env.HOME;'],
      ['packages/cc/src/a.ts', 'export const environment = { process };'],
      ['packages/cc/src/a.ts', 'globalThis.process.exit(1);'],
      ['packages/cc/src/a.ts', "const answer = await fetch('http://a');"],
      ['packages/cc/src/a.ts', "console.error('failed');"],
    ],
    good: [
      ['packages/host/src/live.ts', "import { readFileSync } from 'node:fs'; process.exit();"],
      ['packages/host/src/testing.ts', "import { mkdtempSync } from 'node:fs';"],
      ['packages/cc/src/a.test.ts', "import { readFileSync } from 'node:fs';"],
      ['packages/cc/src/a.ts', "import { posix } from 'node:path'; const a = item.process; item.fetch();"],
      ['packages/cc/src/a.ts', 'interface Item { process: number; fetch?(): void } const b = { fetch: 1 };'],
      ['packages/cc/src/a.ts', 'function run(process: () => void) { process(); }'],
      ['bin/src/haos.ts', 'process.exitCode = 1;'],
    ],
  },
  {
    rule: usesNothingOfNode,
    title: 'what a browser loads uses nothing of Node',
    bad: [
      ['packages/cmdline/src/a.ts', "import { posix } from 'node:path';"],
      ['packages/cmdline/src/a.ts', "import { inspect } from 'util';"],
      ['packages/cmdline/src/a.ts', "const bytes = Buffer.from('');"],
      ['packages/cc/src/a.ts', "const { createHash } = await import('node:crypto');"],
      ['packages/ssh/src/a.ts', "const bytes = Buffer.from('');"],
    ],
    good: [
      ['packages/cmdline/src/a.ts', 'const bytes = new TextEncoder().encode(text);'],
      ['packages/cmdline/src/a.test.ts', "import { readFileSync } from 'node:fs';"],
      ['packages/host/src/platform/node.ts', "const { verify } = await import('node:crypto');"],
    ],
  },
  {
    rule: noDefaultExports,
    title: 'exports have names',
    bad: [
      ['packages/cc/src/a.ts', 'export default {};'],
      ['packages/cc/src/a.ts', 'export default function run() {}'],
      ['bin/src/a.ts', 'const a = 1; export { a as default };'],
    ],
    good: [['packages/cc/src/a.ts', "import yaml from 'js-yaml'; export const standard = 1;"]],
  },
  {
    rule: indexIsExplicit,
    title: 'index.ts only lists what is public',
    bad: [
      ['packages/cc/src/index.ts', "export * from './read.js';"],
      ['packages/cc/src/index.ts', "export * as read from './read.js';"],
      ['packages/cc/src/index.ts', 'export const version = 1;'],
      ['packages/cc/src/index.ts', "import './register.js';"],
    ],
    good: [
      [
        'packages/cc/src/index.ts',
        "export { read, type Result } from './read.js'; export type { A } from './a.js';",
      ],
    ],
  },
  {
    rule: commentWidth,
    title: 'comments have at most 100 columns',
    bad: [
      ['packages/cc/src/a.ts', `// ${'word '.repeat(20)}word`],
      ['packages/cc/src/a.ts', `/** ${'word '.repeat(20)}word */`],
    ],
    good: [
      ['packages/cc/src/a.ts', `// ${'word '.repeat(18)}`],
      ['packages/cc/src/a.ts', `// https://example.com/${'a'.repeat(100)}`],
      ['packages/cc/src/generated/a.ts', `/** ${'word '.repeat(20)}word */`],
    ],
  },
  {
    rule: honestTests,
    title: 'tests do not mock modules and do not disable others',
    bad: [
      ['packages/cc/src/a.test.ts', "vi.mock('node:fs');"],
      ['packages/cc/src/a.test.ts', "it.only('runs', () => {});"],
      ['tests/blackbox/a.test.ts', "describe.concurrent.only('all', () => {});"],
      ['tests/blackbox/a.test.ts', "test.todo('later');"],
    ],
    good: [['packages/cc/src/a.test.ts', "it.each([1])('runs', () => {}); vi.fn(); options.only = true;"]],
  },
];

describe('the rules of the source', () => {
  const workspaces = readWorkspaces();
  const modules = [...workspaces.flatMap((workspace) => workspace.modules), ...readModules('tests')];

  it.each(CASES)('$title', ({ rule }) => {
    const inside = rule === honestTests ? modules : modules.filter(({ path }) => !path.startsWith('tests/'));

    expect(inside.flatMap((module) => rule(module, workspaces))).toEqual([]);
  });

  it.each(workspaces)('$path declares what it imports and imports what it declares', (workspace) => {
    expect(checkDependencies(workspace)).toEqual([]);
  });
});

describe('the drawing in docs/architecture.md', () => {
  const layers = readDrawing();
  const manifests = new Map(readWorkspaces().map(({ path, manifest }) => [path, manifest]));

  it('names every workspace', () => {
    expect(layers.map(pathOf).sort()).toEqual([...manifests.keys()].sort());
  });

  it.each(layers)('has the arrows of $name, and they go down', (layer) => {
    const { dependencies = {}, devDependencies = {} } = manifests.get(pathOf(layer)) ?? {};
    const declared = Object.keys({ ...dependencies, ...devDependencies });
    const levelOf = (name: string) => layers.find((other) => other.name === name)?.level ?? Infinity;

    expect(declared.filter((name) => name.startsWith('@haos/')).sort()).toEqual([...layer.below]);
    expect(layer.below.filter((name) => levelOf(name) >= layer.level)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  for (const { rule, title, bad, good } of CASES) {
    it.each(bad)(`${title}: refuses %s %s`, (path, text) => {
      expect(rule(parseModule(path, text), [SYSTEM])).toHaveLength(1);
    });
    it.each(good)(`${title}: accepts %s %s`, (path, text) => {
      expect(rule(parseModule(path, text), [SYSTEM])).toEqual([]);
    });
  }

  it('finds dependencies that are not declared, and declared ones that nothing imports', () => {
    const modules = [
      parseModule(
        'packages/cc/src/a.ts',
        "import { load } from 'js-yaml'; import { join } from 'node:path';",
      ),
      parseModule('packages/cc/src/a.test.ts', "import { it } from 'vitest';"),
    ];
    const manifest = { name: '@haos/cc', dependencies: { ajv: '8.0.0' } };

    const problems = checkDependencies({ path: 'packages/cc', manifest, modules });

    expect(problems).toEqual([
      'packages/cc: js-yaml is imported but not declared',
      'packages/cc: ajv is declared but never imported',
    ]);
  });
});
