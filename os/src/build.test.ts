import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build, selectSteps } from './build.js';
import { digestStep } from './digest-step.js';
import type { K3sParts } from './k3s/k3s-parts.js';
import type { Options } from './options.js';
import type { Step, StepContext } from './step.js';
import { readVersions, type Versions } from './versions.js';

let root: string;
let made: string[];
let printed: string[];
let versions: Versions;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-build-'));
  made = [];
  printed = [];
  versions = readVersions(fileURLToPath(new URL('../..', import.meta.url)));
  for (const name of ['a.txt', 'b.txt']) writeFileSync(join(root, name), name);
  writeFileSync(join(root, 'recipe.ts'), RECIPE);
  writeFileSync(join(root, 'helper.ts'), HELPER);
});

afterEach(() => rmSync(root, { recursive: true }));

function step(name: string, needs: readonly string[], fields: Partial<Step> = {}): Step {
  return {
    name,
    title: name,
    needs,
    recipe: join(root, 'recipe.ts'),
    async make({ out, of }) {
      made.push(name);
      writeFileSync(
        join(out, 'result'),
        [name, ...needs.map((other) => readFileSync(join(of(other), 'result')))].join(' '),
      );
    },
    ...fields,
  };
}

const OPTIONS = {
  architecture: 'amd64',
  kernels: ['cloud'],
  imageName: 'localhost/haos',
  output: '/nowhere',
} as const;

function run(steps: readonly Step[], names: readonly string[], version = 'v1', k3s?: K3sParts) {
  made = [];
  const options: Options = { ...OPTIONS, version, cache: join(root, '.cache/os'), ...(k3s && { k3s }) };
  return build({ root, options, versions, steps, epoch: 1, print: (line) => printed.push(line) }, names);
}

/** A recipe that uses one of two functions of another module. */
const RECIPE = "import { used } from './helper.js';\nexport const recipe = () => used() + 1;\n";
const HELPER = 'export const used = () => 1;\nexport const unused = () => 1;\n';

describe('a build', () => {
  it('makes a step after the steps that it needs, and no other', async () => {
    const steps = [step('top', ['middle']), step('middle', ['low']), step('low', []), step('other', [])];

    const results = await run(steps, ['top']);

    expect(made).toEqual(['low', 'middle', 'top']);
    expect(readFileSync(join(results.get('top') ?? '', 'result'), 'utf8')).toBe('top middle low');
  });

  it('runs programs of arm64 without the features of processors that are slow to emulate', async () => {
    let processor = '';
    const look = step('look', [], {
      async make({ run: runCommand }) {
        processor = await runCommand('printenv', ['QEMU_CPU']);
      },
    });
    const options: Options = {
      ...OPTIONS,
      architecture: 'arm64',
      version: 'v1',
      cache: join(root, '.cache/os'),
    };
    await build({ root, options, versions, steps: [look], epoch: 1, print: () => undefined }, ['look']);

    expect(processor).toBe('cortex-a72\n');
  });

  it('gives a step the same digest in every checkout, and another if a file has another name', () => {
    const checkout = (file: string) => {
      const directory = mkdtempSync(join(root, 'checkout-'));
      writeFileSync(join(directory, file), 'a');
      writeFileSync(join(directory, 'old.cjs'), 'exports.used = () => 1;\n'); // a bundle names such modules
      writeFileSync(join(directory, 'recipe.ts'), RECIPE.replace('helper.js', 'old.cjs'));
      const options: Options = { ...OPTIONS, version: 'v1', cache: join(directory, '.cache/os') };
      const low = step('low', [], { files: [file], recipe: join(directory, 'recipe.ts') });
      return digestStep(low, { root: directory, options, versions, epoch: 1 }, new Map());
    };

    expect(checkout('a.txt')).toBe(checkout('a.txt'));
    expect(checkout('b.txt')).not.toBe(checkout('a.txt'));
  });

  it('rebuilds only what a change affects', async () => {
    const steps = [
      step('low', [], { files: ['a.txt'] }),
      step('top', ['low'], { files: ['b.txt'], settings: ['version'] }),
    ];
    await run(steps, ['top']);

    await run(steps, ['top']);
    expect(made).toEqual([]);

    writeFileSync(join(root, 'b.txt'), 'changed');
    await run(steps, ['top']);
    expect(made).toEqual(['top']);

    await run(steps, ['top'], 'v2');
    expect(made).toEqual(['top']);

    writeFileSync(join(root, 'a.txt'), 'changed');
    await run(steps, ['top']);
    expect(made).toEqual(['low', 'top']);

    writeFileSync(join(root, 'recipe.ts'), RECIPE.replace('1', '2'));
    await run(steps, ['low']);
    expect(made).toEqual(['low']);
  });

  it.each<[string, boolean, () => void]>([
    [
      'a function that it calls',
      true,
      () => writeFileSync(join(root, 'helper.ts'), HELPER.replace('1', '2')),
    ],
    ['a pin that it reads', true, () => Object.assign(versions.debian, { suite: 'forky' })],
    [
      'a function that it does not call',
      false,
      () => writeFileSync(join(root, 'helper.ts'), `${HELPER}\nexport const more = 1;\n`),
    ],
    ['a comment', false, () => writeFileSync(join(root, 'helper.ts'), `// new\n${HELPER}`)],
    ['another pin', false, () => Object.assign(versions.k3s, { version: 'v9.0.0+k3s1' })],
  ])('knows whether a step depends on %s', async (_title, depends, change) => {
    const steps = [step('low', [], { pins: ['debian'] })];
    await run(steps, ['low']);

    change();
    await run(steps, ['low']);

    expect(made).toEqual(depends ? ['low'] : []);
  });

  it('depends on the content of k3s, not on its source', async () => {
    const steps = [step('low', [], { settings: ['k3s'] })];
    const program = { path: '/a/k3s', name: 'k3s', sha256: 'a'.repeat(64), size: 1, isPinned: false };
    const runWith = (k3s?: K3sParts) => run(steps, ['low'], 'v1', k3s);
    await runWith({ version: 'v1.0.0+k3s1', program });

    await runWith({ version: 'v1.0.0+k3s1', program: { ...program, path: '/b/k3s' } });
    expect(made).toEqual([]);

    await runWith();
    expect(made).toEqual(['low']);

    await runWith({ version: 'v1.0.0+k3s1', program: { ...program, sha256: 'b'.repeat(64) } });
    expect(made).toEqual(['low']);
  });

  it.each<[string, (context: StepContext) => unknown]>([
    ['a file', ({ source }) => source('b.txt')],
    ['a file beside a directory that it declares', ({ source }) => source('directory.txt')],
    ['an option', ({ options }) => options.version],
    ['a pin', ({ versions: pins }) => pins.node],
    ['a step', ({ of }) => of('other')],
  ])('fails when a step reads %s that it does not declare', async (_title, read) => {
    const make = async (context: StepContext) => void read(context);
    const steps = [step('other', []), step('low', [], { files: ['directory'], pins: ['debian'], make })];

    await expect(run(steps, ['other', 'low'])).rejects.toThrow(/low does not/);
  });

  it('gives a step what it declares', async () => {
    const seen: unknown[] = [];
    const make = async ({ source, options, versions: pins }: StepContext) => {
      seen.push(source('directory/file'), options.version, pins.debian.suite);
    };
    await run(
      [step('low', [], { files: ['directory'], settings: ['version'], pins: ['debian'], make })],
      ['low'],
    );

    expect(seen).toEqual([join(root, 'directory/file'), 'v1', 'trixie']);
  });

  it('keeps and names the log of a failed step, and runs the step again', async () => {
    const failing = step('broken', [], {
      make: async ({ run: command }) => {
        made.push('broken');
        await command('sh', ['-c', 'echo said >&2; exit 3']);
      },
    });

    await expect(run([failing], ['broken'])).rejects.toMatchObject({ status: 1 });
    const log = /the log is (.*)$/.exec(printed.at(-1) ?? '')?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toContain('said');

    await expect(run([failing], ['broken'])).rejects.toMatchObject({ status: 1 });
    expect(made).toEqual(['broken']);
  });

  it('removes what a killed build left, and nothing of a running one', async () => {
    const kept = await run([step('low', [])], ['low']);
    const cache = dirname(kept.get('low') ?? '');
    const [killed, running] = [spawnSync('true').pid, process.ppid].map((pid) => join(cache, `abc.${pid}`));
    for (const path of [killed, running]) {
      mkdirSync(`${path}/work/tree`, { recursive: true });
      writeFileSync(`${path}.log`, '');
    }

    await run([step('low', [], { settings: ['version'] })], ['low']);

    const left = readdirSync(cache).map((name) => join(cache, name));
    expect(left).toEqual(expect.arrayContaining([...kept.values(), running, `${running}.log`]));
    expect(left).toHaveLength(4);
  });

  it.runIf(process.getuid?.() === 0)(
    'unmounts what a killed build left mounted (needs root to mount)',
    async () => {
      const kept = await run([step('low', [])], ['low']);
      const killed = join(dirname(kept.get('low') ?? ''), `abc.${spawnSync('true').pid}`);
      const source = join(root, 'source');
      mkdirSync(join(killed, 'work/tree'), { recursive: true });
      mkdirSync(source);
      writeFileSync(join(source, 'file'), '');
      execFileSync('mount', ['--bind', source, join(killed, 'work/tree')]);

      await run([step('low', [], { settings: ['version'] })], ['low']);

      expect(existsSync(killed)).toBe(false);
      expect(existsSync(join(source, 'file'))).toBe(true);
    },
  );

  it('deletes old results, but never the one in use', async () => {
    const steps = [step('low', [], { files: ['a.txt'] })];
    const paths: string[] = [];
    for (const text of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      writeFileSync(join(root, 'a.txt'), text);
      const path = (await run(steps, ['low'])).get('low') ?? '';
      // Some file systems distinguish times only if they are several milliseconds apart.
      utimesSync(path, paths.length, paths.length);
      paths.push(path);
    }

    const kept = paths.filter((path) => existsSync(path));
    expect(kept).toEqual(paths.slice(-6));
  });

  it('rejects a step that does not exist as wrong usage', () => {
    expect(() => selectSteps([step('low', [])], ['high'])).toThrow(expect.objectContaining({ status: 2 }));
  });
});
