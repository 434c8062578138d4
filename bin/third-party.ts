import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Options } from 'tsup';

/** A package whose code is in a bundle. */
interface Package {
  name: string;
  version: string;
  /** The SPDX identifier. */
  license: string;
  /** The whole text with the names of the authors, which every copy must include. */
  text: string;
}

/**
 * Returns a plugin that lists the packages in the bundles: `third-party.json` for programs,
 * `third-party-licenses.txt` for people. Use one plugin for several bundles: it collects the
 * packages of all of them.
 */
export function thirdParty(directory: string): NonNullable<Options['esbuildPlugins']>[number] {
  const found = new Map<string, Package>();
  return {
    name: 'third-party',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile }) => {
        for (const path of Object.keys(metafile?.inputs ?? {})) {
          const [, folder] = /^(.*\/?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
          if (folder !== undefined && !found.has(folder)) found.set(folder, readPackage(resolve(folder)));
        }
        write(directory, [...found.values()].sort(byName));
      });
    },
  };
}

function readPackage(folder: string): Package {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return { name, version, license, text: readFileSync(join(folder, file), 'utf8').trim() };
}

function byName(a: Package, b: Package): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1;
}

function write(directory: string, packages: readonly Package[]): void {
  mkdirSync(directory, { recursive: true });
  const list = packages.map(({ text: _text, ...facts }) => facts);
  writeFileSync(join(directory, 'third-party.json'), `${JSON.stringify(list, null, 2)}\n`);
  const texts = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  );
  writeFileSync(join(directory, 'third-party-licenses.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}
