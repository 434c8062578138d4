import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Architecture, machineArchitecture } from '../architecture.js';
import { readHostApt } from '../host-apt.js';
import { installNatively } from '../native-programs.js';
import { readPackages } from '../packages.js';
import type { Step, StepContext } from '../step.js';

/** Installs Debian's packages into `tree/`, and writes their versions to `packages.json`. */
export const userland: Step = {
  name: 'userland',
  title: 'Debian userland',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/packages/userland.json'],
  pins: ['debian'],
  settings: ['architecture'],
  async make({ source, options, versions, out, run }: StepContext) {
    const { suite } = versions.debian;
    const packages = readPackages(source, options.architecture);
    const apt = await readHostApt(suite, run);
    const work = join(out, 'work');
    mkdirSync(work);
    writeFileSync(join(work, 'sources.list'), apt.sources);
    const tree = join(work, 'tree');
    const isForeign = options.architecture !== machineArchitecture();
    const native = isForeign ? installNatively() : undefined;
    await run(
      'mmdebstrap',
      [
        '--mode=root',
        '--variant=minbase',
        '--format=directory',
        `--architectures=${options.architecture}`,
        `--include=${packages.join(',')}`,
        ...apt.options.map((option) => `--aptopt=${option}`),
        ...(native?.options ?? []),
        suite,
        tree,
        join(work, 'sources.list'),
      ],
      native && { env: { PATH: native.path } },
    );
    writeFileSync(join(out, 'packages.json'), await listVersions(tree, run));
    rmSync(join(tree, 'etc/apt'), { recursive: true });
    renameSync(tree, join(out, 'tree'));
    rmSync(work, { recursive: true });
  },
};

async function listVersions(tree: string, run: StepContext['run']): Promise<string> {
  const format =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of dpkg-query itself
    '${db:Status-Abbrev}\\t${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\n';
  const text = await run('dpkg-query', [`--admindir=${join(tree, 'var/lib/dpkg')}`, '-W', '-f', format]);
  const packages = text
    .split('\n')
    .filter((line) => line.startsWith('ii'))
    .map((line) => line.split('\t'))
    .map(([, name, version, architecture, source, sourceVersion]) => ({
      name,
      version,
      architecture,
      source,
      sourceVersion,
    }));
  return `${JSON.stringify(packages, null, 2)}\n`;
}

/** An entry of the step's `packages.json`. */
export interface DebianPackage {
  name: string;
  version: string;
  architecture: Architecture | 'all';
  source: string;
  sourceVersion: string;
}

/** Returns the packages that are installed in a userland. */
export function readInstalled(directory: string): DebianPackage[] {
  return JSON.parse(readFileSync(join(directory, 'packages.json'), 'utf8')) as DebianPackage[];
}
