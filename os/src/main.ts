/**
 * Builds the image: see docs/building.md. It must run as root, because the files of a userland have
 * many owners.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isHaosError, liveHost } from '@haos/host';
import { plainTerminal } from '@haos/questions';
import { PROJECT } from '@haos/system/internal';
import { checksumsName, placeArtifacts } from './artifacts.js';
import { build, selectSteps } from './build.js';
import { stepOf } from './disk-images.js';
import { withEmulation } from './emulation.js';
import { environmentProxy } from './environment-proxy.js';
import { BuildFailure } from './failure.js';
import { nameK3s } from './k3s/k3s-parts.js';
import type { K3sRequest } from './k3s/k3s-request.js';
import { obtainK3s } from './k3s/obtain-k3s.js';
import { type Options, readOptions } from './options.js';
import { readPcrKey, signingForTpm } from './pcr-signature.js';
import { createProgress } from './progress.js';
import { describeProvenance, provenanceName, signStatement } from './provenance.js';
import { runMain } from './run-main.js';
import { openSecureBootKey } from './secure-boot-key.js';
import { readSigningKey, signFile } from './sign.js';
import { steps } from './steps.js';
import { readVersions, type Versions } from './versions.js';

/** The steps whose results go into dist/artifacts. */
const RELEASED = ['iso', 'netboot', 'kernel-image', 'tarball', 'oci', 'sbom', 'installer', 'chart'];

async function main(root: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(root, 'os/package.json'), 'utf8')) as { version: string };
  const { options: requested, k3s: request } = readOptions(
    process.argv.slice(2),
    {
      version: `v${version}`,
      imageName: PROJECT.image,
      output: join(root, 'dist/artifacts'),
      cache: join(root, '.cache/os'),
    },
    process.env,
  );
  if (process.getuid?.() !== 0)
    throw new BuildFailure('building an image needs root, because its files have many owners; use sudo');
  const versions = readVersions(root);
  const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? Date.parse(versions.date) / 1000);
  const print = (line: string) => console.log(line);
  const keys = join(root, 'os/keys');
  // Read before the build: a wrong key must not fail only at the end.
  const signingKey = requested.sign === undefined ? undefined : readSigningKey(requested.sign, keys);
  const pcrKey = requested.pcrKey === undefined ? undefined : readPcrKey(requested.pcrKey);
  const signForFirmware = requested.bootKey && (await openSecureBootKey(requested.bootKey, findAsking()));
  const signProgram =
    signForFirmware && pcrKey ? signingForTpm(signForFirmware, pcrKey, requested.floor) : signForFirmware;
  const wanted = [
    ...RELEASED,
    ...(requested.bootKey ? ['uki'] : []),
    ...(requested.images ?? []).map(stepOf),
  ];
  const names = requested.only ? [requested.only] : wanted;
  // Once, before all steps, and only for steps that use it: their result depends on whether k3s was
  // obtained.
  const needsK3s = selectSteps(steps, names).some(({ name }) => name === 'k3s');
  const { options, made } = await withEmulation(requested.architecture, async () => {
    // A k3s that is given is asked for its version.
    const found = needsK3s ? await obtain(request, versions, requested) : {};
    const complete = { ...requested, ...found };
    return {
      options: complete,
      made: await build({ root, options: complete, versions, steps, epoch, print }, names),
    };
  });
  if (options.only !== undefined) return print(made.get(options.only) ?? '');
  const artifacts = placeArtifacts(made, options, signProgram);
  for (const { name, size } of artifacts) {
    print(
      `${(size / 1_000_000).toFixed(1).padStart(8)} MB  ${relative(process.cwd(), join(options.output, name))}`,
    );
  }
  const checksums = join(options.output, checksumsName(options.architecture));
  const provenance = join(options.output, provenanceName(options.architecture));
  // Those of an earlier build.
  for (const path of [`${checksums}.sig`, provenance]) rmSync(path, { force: true });
  if (signingKey) {
    signFile(checksums, signingKey);
    writeFileSync(provenance, signStatement(describeProvenance(root, artifacts, options), signingKey));
  }
  print(
    signingKey
      ? '\nThe checksums and the provenance are signed.'
      : '\nThe checksums are not signed; see docs/releases.md.',
  );
  print(
    options.k3s === undefined
      ? '\n*** This image has no k3s: its nodes say "k3s is not installed". ***'
      : `k3s is ${nameK3s(options.k3s)}.`,
  );
}

/** Returns what asks a person for a secret, without showing it; undefined without a terminal. */
function findAsking(): ((message: string) => Promise<string>) | undefined {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY) return undefined;
  return async (message) => {
    const terminal = plainTerminal({ input, output });
    try {
      return await terminal.secret({ name: 'pin', message });
    } catch (error) {
      throw isHaosError(error) ? new BuildFailure(error.message, 130) : error;
    } finally {
      terminal.close();
    }
  };
}

/**
 * Obtains k3s. Reports on standard error, because with `--only` the last line of standard output is
 * the result.
 */
async function obtain(
  request: K3sRequest,
  { k3s: pins }: Versions,
  { architecture, cache, sign }: Options,
): Promise<Pick<Options, 'k3s'>> {
  const progress = createProgress(process.stderr);
  const parts = await obtainK3s(liveHost(), {
    request,
    pins,
    architecture,
    cache: join(cache, 'downloads/k3s'),
    isRequired: sign !== undefined,
    proxy: environmentProxy(process.env),
    onProgress: ({ name, size }, bytes) => progress.report(`${name} ${pins.version}`, bytes, size),
    print: (line) => console.error(line),
  }).finally(progress.end);
  return parts === undefined ? {} : { k3s: parts };
}

await runMain(() => main(fileURLToPath(new URL('../..', import.meta.url))));
