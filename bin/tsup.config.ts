import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';
import { bundleYaml } from './bundle-yaml.js';
import { compileEagerly } from './eager-functions.js';
import { lazyFiles } from './lazy-files.js';
import { type RareFunctions, rareFiles } from './rare-files.js';
import { thirdParty } from './third-party.js';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const alias = {
  ...Object.fromEntries(
    readdirSync(packages).flatMap((name) => [
      [`@haos/${name}`, `${packages}${name}/src/index.ts`],
      [`@haos/${name}/internal`, `${packages}${name}/src/internal.ts`],
    ]),
  ),
  '@haos/cc/datasources': `${packages}cc/src/datasources/index.ts`,
  '@haos/cc/testing': `${packages}cc/src/testing/index.ts`,
};

/** What only a wrong configuration needs, or one with a key that few have; other commands. */
const rare = {
  ...rareIn(fileURLToPath(new URL('src/', import.meta.url)), {
    'is-installed': ['isInstalled'],
    'more-commands': ['allCommands', 'configCommands'],
    'read-input': ['readInput', 'readOperand'],
    'report-error': ['reportError'],
    terminal: ['hasColor'],
  }),
  ...rareIn(`${packages}cc/src/`, {
    'appliers/clock/time-zones': ['timeZones', 'findSimilarTimeZone'],
    'appliers/keyboard/keyboards': ['keyboards', 'findSimilarKeyboard'],
    'appliers/mounts/check-mount': ['mountsRule'],
    'appliers/network/check-network': ['networkRule'],
    'merge/origins': ['clearedKeys', 'contributionsOf', 'leavesOf', 'originsOf', 'writtenPointer'],
    'model/check-types': ['checkTypes', 'requireTypes'],
    'model/foreign-keys': ['foreignKeyHint'],
    'model/k3s-identity': ['identityIn', 'isEmpty', 'isLikeHaos', 'meantIdentity'],
    'model/normalise-reports': [
      ...['ambiguousValue', 'notAMapping', 'otherBoolean', 'replacedKeys', 'secondSpelling'],
      ...['textAsBoolean', 'toIssue', 'unknownKey'],
    ],
    'model/suggest-name': ['suggestName'],
    'parse/document': ['originAt'],
    'parse/explain-yaml-error': ['explainYamlError'],
    'parse/flow': ['joinOpenFlow'],
    'parse/unknown-parameter': ['unknownParameter'],
    'rules/k3s-faults': [
      ...['joined', 'stray', 'underscore', 'unknownComponents', 'unknownFlag'],
      ...['withoutSecrets', 'wrongCommand'],
    ],
    'rules/k3s-hold': ['describeHold', 'findK3sHold', 'raiseDoubts'],
    'rules/node': ['installRule'],
    'rules/old-texts': ['findOldTexts'],
  }),
};

function rareIn(directory: string, modules: RareFunctions): RareFunctions {
  return Object.fromEntries(
    Object.entries(modules).map(([module, names]) => [`${directory}${module}.ts`, names]),
  );
}

function readKeys(): string[] {
  const directory = new URL('../os/keys/', import.meta.url);
  const names = readdirSync(directory).filter((name) => name.endsWith('.pem'));
  return names.map((name) => readFileSync(new URL(name, directory), 'utf8'));
}

/** A configuration with nearly every key. */
const sample = new URL('../tests/fixtures/seed/sample.yaml', import.meta.url);

const credits = thirdParty(fileURLToPath(new URL('dist', import.meta.url)));

const common: Options = {
  target: 'node20',
  platform: 'node',
  outDir: 'dist',
  splitting: false,
  noExternal: [/./],
  // V8 reads every character at each start.
  minify: true,
  silent: true,
  removeNodeProtocol: false,
  // Some packages use import.meta.url.
  shims: true,
  define: { HAOS_VERSION: JSON.stringify(version) },
};

/**
 * The program includes everything it needs. It is CommonJS, which Node 20 starts faster than ESM,
 * and is bundled from the sources of the packages, so that each command loads only the modules it
 * uses.
 */
const haos: Options = {
  ...common,
  entry: { main: 'src/main.ts' },
  format: 'cjs',
  esbuildPlugins: [bundleYaml(), lazyFiles(), rareFiles(rare), credits],
  // Remove files of earlier builds: the launcher would use a stale code cache.
  clean: ['*.cjs', '*.cache'],
  esbuildOptions(options) {
    options.alias = alias;
  },
  async onSuccess() {
    compileEagerly(fileURLToPath(new URL('haos.cjs', import.meta.url)), {
      'haos/system/config.yaml': readFileSync(sample, 'utf8'),
      'proc/cmdline': 'console=ttyS0 haos.sysctl[kernel.printk]="4 4 1 7"\n',
      'var/lib/rancher/HAOS/config.d/50-node.yaml': 'hostname: node-1\n',
    });
  },
};

/**
 * install.js is a single file that runs wherever it was downloaded to, even below a package.json
 * that makes it an ES module. So it is neither kind of module, and gets the modules of Node from
 * Node itself.
 */
const installJs: Options = {
  ...common,
  entry: { install: 'src/install-js/main.ts' },
  // There is no image that could bring the public keys of releases.
  define: { ...common.define, HAOS_RELEASE_KEYS: JSON.stringify(readKeys()) },
  format: 'iife',
  outExtension: () => ({ js: '.js' }),
  banner: { js: readFileSync(new URL('src/install-js/banner.js', import.meta.url), 'utf8').trimEnd() },
  esbuildPlugins: [bundleYaml(), credits],
  esbuildOptions(options) {
    options.alias = alias;
  },
};

export default defineConfig([haos, installJs]);
