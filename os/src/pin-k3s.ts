/** Updates the pinned version of k3s: see docs/building.md. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveHost } from '@haos/host';
import { ARCHITECTURES } from './architecture.js';
import { commandRunner } from './command.js';
import { environmentProxy } from './environment-proxy.js';
import { BuildFailure } from './failure.js';
import { obtainPinnedFile } from './k3s/pinned-file.js';
import { parseArguments } from './parse-arguments.js';
import { fetchPins } from './pin/fetch-pins.js';
import { mergeFlagList } from './pin/merge-flag-list.js';
import { parseFlagHelp } from './pin/parse-flag-help.js';
import { createProgress } from './progress.js';
import { runMain } from './run-main.js';
import { K3S_VERSION, type K3sPins, parseVersions, readVersions } from './versions.js';

const USAGE = `usage: npm run k3s -- VERSION [OPTION...]
Pins a release of k3s, such as v1.36.4+k3s1: os/versions.json, the list of its flags, and the pages that name it.
  --mirror URL      download URL/<version>/<file>; default HAOS_K3S_MIRROR, else the URL in os/versions.json
  --root DIRECTORY  the repository; default this one
  --no-flags        do not download the program and do not change the list of flags`;

interface Options {
  version: string;
  mirror: string | undefined;
  root: string;
  flags: boolean;
}

const FLAG_LIST = 'packages/cc/src/k3s/flag-list.ts';

function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArguments(
    {
      args: [...argv],
      options: { mirror: text, root: text, 'no-flags': flag, help: { ...flag, short: 'h' } },
      allowPositionals: true,
    },
    USAGE,
  );
  const [version = '', ...more] = positionals;
  if (!K3S_VERSION.test(version) || more.length > 0)
    throw new BuildFailure(`name one version, such as v1.36.4+k3s1\n${USAGE}`, 2);
  const mirror = values.mirror ?? (env.HAOS_K3S_MIRROR || undefined);
  const root = values.root ?? fileURLToPath(new URL('../..', import.meta.url));
  return { version, mirror: mirror?.replace(/\/+$/, ''), root, flags: !values['no-flags'] };
}

async function pinK3s({ version, mirror, root, flags }: Options): Promise<void> {
  const { k3s: before } = readVersions(root);
  const work = mkdtempSync(join(tmpdir(), 'haos-pin-'));
  try {
    const base = mirror ?? before.releases;
    const source = {
      version,
      base,
      proxy: environmentProxy(process.env),
      run: commandRunner(join(work, 'log'), 0),
    };
    const pins: K3sPins = { ...before, version, ...(await fetchPins(liveHost(), source)) };
    // Before writing: the program must match the checksum file and must run.
    const list = flags ? await readFlagList({ root, base, pins, work }) : undefined;
    writePins(root, pins);
    if (list !== undefined) writeFileSync(join(root, FLAG_LIST), list);
    console.log(`k3s ${before.version} -> ${version}: os/versions.json`);
    for (const page of renameVersion(root, before.version, version)) console.log(`  ${page} names it`);
    console.log('Review the changes, then run npm run generate and npm test.');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface FlagListOptions {
  root: string;
  base: string;
  pins: K3sPins;
  /** An empty directory, into which k3s unpacks itself. */
  work: string;
}

/**
 * Returns the module with the flags that the program shows; undefined if k3s has no program for
 * this architecture.
 */
async function readFlagList({ root, base, pins, work }: FlagListOptions): Promise<string | undefined> {
  const architecture = ARCHITECTURES.find((name) => name === process.arch.replace('x64', 'amd64'));
  if (architecture === undefined) return undefined;
  const { version } = pins;
  const progress = createProgress(process.stderr);
  const { path } = await obtainPinnedFile(liveHost(), pins[architecture].program, {
    version,
    base,
    cache: join(root, '.cache/os/downloads/k3s'),
    proxy: environmentProxy(process.env),
    onProgress: ({ name, size }, bytes) => progress.report(`${name} ${version}`, bytes, size),
  }).finally(progress.end);
  const program = join(work, 'k3s');
  copyFileSync(path, program);
  chmodSync(program, 0o755);
  const [server, agent] = (['server', 'agent'] as const).map((command) =>
    parseFlagHelp(askForHelp(program, command, work)),
  );
  const module = readFileSync(join(root, FLAG_LIST), 'utf8');
  const merged = mergeFlagList(module, { version, server: server ?? [], agent: agent ?? [] });
  if (merged.added.length > 0) console.log(`New flags in ${FLAG_LIST}: ${merged.added.join(' ')}`);
  if (merged.unseen.length > 0)
    console.log(
      `Not shown by k3s, because they are hidden or were removed; delete the removed ones: ${merged.unseen.join(' ')}`,
    );
  return merged.text;
}

function askForHelp(program: string, command: string, directory: string): string {
  const { stdout, status, error } = spawnSync(program, [command, '--data-dir', directory, '--help'], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: directory, K3S_DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (status === 0) return stdout;
  throw new BuildFailure(
    `k3s ${command} --help failed: ${error?.message ?? `exit status ${status}`}. Use --no-flags to skip this.`,
  );
}

function writePins(root: string, k3s: K3sPins): void {
  const path = join(root, 'os/versions.json');
  const versions = JSON.parse(readFileSync(path, 'utf8')) as object;
  const text = `${JSON.stringify({ ...versions, k3s }, null, 2)}\n`;
  parseVersions(text); // verifies that the new text can be read
  writeFileSync(path, text);
}

/** Replaces a version in all pages, also in URLs; returns the pages that changed. */
function renameVersion(root: string, from: string, to: string): string[] {
  const docs = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`);
  return ['README.md', ...docs]
    .filter((page) => page.endsWith('.md'))
    .filter((page) => {
      const path = join(root, page);
      const text = readFileSync(path, 'utf8');
      const renamed = text.replaceAll(from, to).replaceAll(encodeURIComponent(from), encodeURIComponent(to));
      if (renamed !== text) writeFileSync(path, renamed);
      return renamed !== text;
    });
}

await runMain(() => pinK3s(readOptions(process.argv.slice(2), process.env)));
