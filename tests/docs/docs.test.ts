import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generatedFiles } from '../../scripts/generate.js';
import { listScenarios } from '../../scripts/scenarios.mjs';
import { haos } from '../blackbox/haos.js';
import { makeDirectory, NODE, takeSnapshot, writeTree } from '../blackbox/tree.js';
import { type Module, nodesOf, readModules } from '../structure/module.js';
import { anchorsOf, callsOf, linksOf, type Page, ROOT, readPages } from './page.js';

const pages = readPages();
const blocks = pages.flatMap((page) => page.blocks);
const examples = blocks.filter(({ language }) => language === 'ts');

function pageAt(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path);
  if (page === undefined) throw new Error(`the page ${path} does not exist`);
  return page;
}

describe('configurations', () => {
  it('of all pages are valid', async () => {
    const configurations = blocks.filter(
      ({ language, note }) => language === 'yaml' && !note?.startsWith('not a configuration: '),
    );
    const cwd = makeDirectory();
    writeTree(
      cwd,
      Object.fromEntries(configurations.map(({ content }, index) => [`/${index}.yaml`, content])),
    );

    const files = configurations.map((_, index) => `${index}.yaml`);
    const { stdout } = await haos(['config', 'validate', '--format', 'json', ...files], { cwd });

    const { files: count, issues } = JSON.parse(stdout) as {
      files: number;
      issues: { severity: string; message: string; origin: { file: string; line: number } }[];
    };
    const errors = issues
      .filter(({ severity }) => severity === 'error')
      .map(({ origin, message }) => `${configurations[Number.parseInt(origin.file, 10)]?.place}: ${message}`);
    expect(errors).toEqual([]);
    expect(count).toBeGreaterThan(20);
  });
});

describe.each(pages.map((page) => [page.path, page] as const))('%s', (path, page) => {
  it('links to existing targets', () => {
    const broken = linksOf(page).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(ROOT, target))) return true;
      const linked = pages.find((candidate) => candidate.path === target);
      return anchor !== undefined && (linked === undefined || !anchorsOf(linked).includes(anchor));
    });

    expect(broken).toEqual([]);
  });
});

/** Decisions also mention commands that were rejected. */
const instructive = pages.filter(({ path }) => path !== 'docs/decisions.md');

it.each(instructive.map((page) => [page.path, page] as const))(
  '%s shows calls of haos that exist',
  async (_, page) => {
    const wrong: string[] = [];
    for (const words of callsOf(page)) {
      const options = await optionsOf(words);
      const unknown = words.filter((word) => word.startsWith('--')).filter((word) => !options.includes(word));
      wrong.push(...unknown.map((word) => `haos ${words.join(' ')}: ${word}`));
    }

    expect(wrong).toEqual([]);
  },
);

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  status: [],
  config: ['validate', 'plan', 'explain', 'status', 'schema', 'put'],
  migrate: [],
  datasource: ['fetch', 'serve'],
  install: [],
  upgrade: ['status', 'rollback', 'forget', 'confirm'],
  reset: [],
  check: ['k3s'],
  operator: [],
  audit: [],
  secureboot: ['keys', 'enroll', 'status'],
  encryption: ['recovery-key', 'confirm'],
  completion: [],
  version: [],
  help: [],
};

/** Returns the options of the command in a call, as its help lists them. */
async function optionsOf(words: readonly string[]): Promise<string[]> {
  const [first = '', second = ''] = words;
  const inside = COMMANDS[first];
  const path = inside === undefined ? [] : [first, ...inside.filter((name) => name === second)];
  const known = help.get(path.join(' ')) ?? (await haos([...path, '--help'])).stdout;
  help.set(path.join(' '), known);
  return [...known.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1] ?? '');
}

const help = new Map<string, string>();

describe('docs/cli.md', () => {
  const commands = Object.entries(COMMANDS).flatMap(([name, inside]) => [
    name,
    ...inside.map((command) => `${name} ${command}`),
  ]);

  it.each(commands)('lists exactly the options of haos %s', async (command) => {
    const name = `haos ${command}`;
    const { text } = pageAt('docs/cli.md');

    const section = text.split(/^## /m).find((candidate) => candidate.startsWith(`\`${name}\``)) ?? '';

    const listed = [...section.matchAll(/^\| `(--[\w-]+)/gm)].map((match) => match[1]);
    const options = await optionsOf(command.split(' '));
    expect(new Set(listed)).toEqual(new Set(options.filter((option) => option !== '--help')));
  });
});

describe('docs/building.md', () => {
  it('describes every scenario in a virtual machine, and no other', () => {
    const table = pageAt('docs/building.md').text.split('| scenario | shows |')[1]?.split('\n\n')[0] ?? '';

    const told = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]);
    const scenarios = listScenarios(ROOT).filter(({ level }) => level !== 'faults');
    expect([...told].sort()).toEqual(scenarios.map(({ name }) => name).sort());
  });
});

describe('docs/hardware.md', () => {
  it('names only scenarios that exist', () => {
    const named = [...pageAt('docs/hardware.md').text.matchAll(/`(vm|matrix)\/([\w-]+)`/g)];
    const scenarios = listScenarios(ROOT).map(({ level, name }) => `\`${level}/${name}\``);

    expect(named.length).toBeGreaterThan(10);
    expect(named.map(([cell]) => cell).filter((cell) => !scenarios.includes(cell))).toEqual([]);
  });
});

describe('generated files', () => {
  it('are current', () => {
    const stale = [...generatedFiles()].filter(
      ([path, content]) => readFileSync(join(ROOT, path), 'utf8') !== content,
    );

    expect(stale.map(([path]) => path)).toEqual([]);
  });
});

/** The sources of the packages and of the program. */
const sources: readonly Module[] = [
  ...['bin/src', 'os/src'],
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/src`),
].flatMap(readModules);

/** Returns the members of all exported unions of strings whose names match, by the name. */
function unionsOf(pattern: RegExp): Map<string, string[]> {
  const unions = new Map<string, string[]>();
  for (const node of sources.flatMap(({ tree }) => nodesOf(tree))) {
    if (!ts.isTypeAliasDeclaration(node) || !pattern.test(node.name.text)) continue;
    const literals = nodesOf(node.type).filter(ts.isStringLiteral);
    if (ts.isUnionTypeNode(node.type) || ts.isLiteralTypeNode(node.type))
      unions.set(
        node.name.text,
        literals.map(({ text }) => text),
      );
  }
  return unions;
}

/** Returns the first cells of the rows of tables, if they are codes. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/^\| `([A-Za-z][\w-]+)` \|/gm)].map((match) => match[1]!);
}

describe('docs/errors.md', () => {
  const documented = codesIn(pageAt('docs/errors.md').text);
  /** The code for unforeseen failures, which is in no union. */
  const INTERNAL = 'HAOS_INTERNAL';

  it('documents every code once, and no other', () => {
    const unions = unionsOf(/(Error|Issue)Code$/);
    const codes = [...unions.values()].flat();

    expect([...unions.keys()]).toEqual(
      expect.arrayContaining([
        'CcErrorCode',
        'HostErrorCode',
        'SystemErrorCode',
        'SshErrorCode',
        'ProgramErrorCode',
        'IssueCode',
      ]),
    );
    expect([...documented].sort()).toEqual([...codes, INTERNAL].sort());
  });

  it('documents every code in use', () => {
    const used = sources
      .filter(({ path }) => !path.endsWith('.test.ts'))
      .flatMap(({ tree }) => nodesOf(tree).filter(ts.isStringLiteralLike))
      .map(({ text }) => text)
      .filter((text) => /^HAOS_[A-Z0-9]+(_[A-Z0-9]+)*$/.test(text));

    // Labels of partitions and the fields of a boot image look like codes.
    const others = [
      ...['HAOS_STATE', 'HAOS_GRUB', 'HAOS_DATA', 'HAOS_EFI'],
      ...[
        'HAOS_VERSION',
        'HAOS_KERNEL_VERSION',
        'HAOS_K3S_VERSION',
        'HAOS_ROOTFS_VERITY',
        'HAOS_KERNEL_VERITY',
      ],
    ];
    expect([...new Set(used)].filter((code) => !documented.includes(code) && !others.includes(code))).toEqual(
      [],
    );
  });
});

/** Returns the ids in the tables of checks of a page: those whose heading says so. */
function checksIn(path: string): string[] {
  const tables = pageAt(path).text.match(/^\| check \|.*\n(?:\|.*\n)+/gm) ?? [];
  return tables.flatMap(codesIn);
}

describe('checks', () => {
  const unions = unionsOf(/CheckId$/);

  it.each([
    ['InstallCheckId', 'docs/installation.md'],
    ['UpgradeCheckId', 'docs/upgrading.md'],
    ['K3sCheckId', 'docs/k3s-requirements.md'],
  ])('of %s are exactly those in %s', (name, path) => {
    expect(checksIn(path).sort()).toEqual([...(unions.get(name) ?? [])].sort());
  });

  it('are all made', () => {
    const made = sources
      .filter(({ path }) => !path.endsWith('.test.ts') && !path.endsWith('/system/src/check.ts'))
      .flatMap(({ tree }) => nodesOf(tree).filter(ts.isStringLiteralLike))
      .map(({ text }) => text);

    expect([...unions.values()].flat().filter((id) => !made.includes(id))).toEqual([]);
    expect([...unions.keys()]).toHaveLength(3);
  });
});

/**
 * Makes a directory of the repository in which the packages can be imported, as after an
 * installation.
 */
function makeProject(): string {
  const project = join(ROOT, '.cache', 'docs', String(process.pid));
  mkdirSync(project, { recursive: true });
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  return project;
}

describe('examples of TypeScript', () => {
  it('have the types of the built packages', () => {
    const project = makeProject();
    const files = examples.map(({ content, place }) => {
      const file = join(project, `${place.replaceAll(/[/:.]/g, '-')}.mts`);
      writeFileSync(file, `${content}\nexport {};\n`);
      return file;
    });

    const program = ts.createProgram(files, {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
    });

    const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${file?.fileName.split('/').at(-1)}: ${text}`;
    });
    expect(problems).toEqual([]);
    expect(examples.length).toBeGreaterThan(4);
  });

  it('in the README runs and does what the page says', () => {
    const example = examples.find(({ note }) => note === 'example: library');
    const project = makeProject();
    const file = join(project, 'example.mjs');
    const tree = makeDirectory();
    writeTree(tree, NODE);
    writeFileSync(
      file,
      ts.transpileModule(example?.content ?? '', {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      }).outputText,
    );

    const printed = execFileSync(process.execPath, [file, tree], { encoding: 'utf8' });

    expect(printed).toContain('unknown key hostnme - Did you mean hostname?');
    expect(printed).toContain("'create /etc/hostname'");
    expect(printed).toContain("'create /etc/motd'");
    expect(readFileSync(join(tree, 'etc/motd'), 'utf8')).toBe('welcome\n');
    expect(takeSnapshot(tree).has('/etc/hostname')).toBe(true);
  });
});

it('no page installs from npm what is not there', () => {
  const wrong = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(npm (install|i|add)|npx|pnpm|yarn) [^\n`]*@haos\/[^\n`]*/g)].map(
      ([line]) => `${path}: ${line}`,
    ),
  );

  expect(wrong).toEqual([]);
});

describe('the README', () => {
  it('shows what validate really prints', async () => {
    const shown = pageAt('README.md').blocks.find(({ language }) => language === 'console')?.content ?? '';
    const cwd = makeDirectory();
    writeTree(cwd, { '/node.yaml': 'hostname: node1\nhaos:\n  labels: {region: eu}\n  tokn: secret\n' });

    const { stdout } = await haos(['config', 'validate', 'node.yaml'], { cwd });

    expect(stdout).toContain(shown.split('\n').slice(1).join('\n').trimEnd());
  });
});
