/** Builds the image: see docs/building.md. It runs as root, because a userland has files of many owners. */
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checksumsName, placeArtifacts } from './artifacts.js';
import { build } from './build.js';
import { BuildFailure } from './failure.js';
import { type Options, readOptions } from './options.js';
import { readSigningKey, signFile } from './sign.js';
import { steps } from './steps.js';
import { readVersions } from './versions.js';

/** What goes into dist/artifacts. */
const RELEASED = ['iso', 'netboot', 'kernel-image', 'tarball', 'oci', 'sbom', 'installer'];

async function main(root: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(root, 'os/package.json'), 'utf8')) as { version: string };
  const options = readOptions(process.argv.slice(2), {
    version: `v${version}`,
    output: join(root, 'dist/artifacts'),
    cache: join(root, '.cache/os'),
  });
  if (process.getuid?.() !== 0)
    throw new BuildFailure('building an image needs root: the files in it have many owners');
  const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? Date.parse(readVersions(root).date) / 1000);
  const print = (line: string) => console.log(line);
  const keys = join(root, 'os/keys');
  // Before anything is built: a wrong key should not be noticed at the end.
  const signingKey = options.sign === undefined ? undefined : readSigningKey(options.sign, keys);
  const made = await build({ root, options, steps, epoch, print }, options.only ? [options.only] : RELEASED);
  if (options.only !== undefined) return print(made.get(options.only) ?? '');
  for (const { name, size } of placeArtifacts(made, options)) {
    print(
      `${(size / 1_000_000).toFixed(1).padStart(8)} MB  ${relative(process.cwd(), join(options.output, name))}`,
    );
  }
  const checksums = join(options.output, checksumsName(options.architecture));
  if (signingKey) signFile(checksums, signingKey);
  else rmSync(`${checksums}.sig`, { force: true }); // of an earlier build
  print(signingKey ? '\nThe checksums are signed.' : '\nThe checksums are not signed: see docs/releases.md.');
  warnWithoutK3s(root, options);
}

function warnWithoutK3s(root: string, { k3s }: Options): void {
  if (k3s !== undefined || readVersions(root).k3s.version !== null) return;
  console.log(
    '\n*** This image has no k3s: give one with --k3s PATH. Its nodes say "k3s is not installed". ***',
  );
}

try {
  await main(fileURLToPath(new URL('../..', import.meta.url)));
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error;
  console[error.status === 0 ? 'log' : 'error'](error.message);
  process.exitCode = error.status;
}
