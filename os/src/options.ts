import { parseArgs } from 'node:util';
import { BuildFailure } from './failure.js';
import { fullImageName } from './image-name.js';
import type { K3sParts } from './k3s/k3s-parts.js';
import { type K3sRequest, readK3sRequest } from './k3s/k3s-request.js';

export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export const KERNELS = ['cloud', 'generic'] as const;
export type KernelKind = (typeof KERNELS)[number];

export interface Options {
  architecture: Architecture;
  kernel: KernelKind;
  /** Of the image; default: that of the package. */
  version: string;
  /** Of the image for containers, without a tag. */
  imageName: string;
  /** What the image gets of k3s; default nothing. */
  k3s?: K3sParts;
  /** Absolute directory; default `dist/artifacts`. */
  output: string;
  /** Absolute directory of what steps made; default `.cache/os`. */
  cache: string;
  /** A private key to sign the checksums with. */
  sign?: string;
  /** Build this step and what it needs, nothing else. */
  only?: string;
}

export const USAGE = `usage: npm run os:build -- [OPTION...]
  --kernel cloud|generic   which Debian kernel; default cloud
  --version VERSION        of the image
  --image-name NAME        of the image for containers, without a tag
  --output DIRECTORY       default dist/artifacts
  --cache DIRECTORY        of what steps made before; default .cache/os
  --sign KEY               signs the checksums with this private key (docs/releases.md)
  --only STEP              this step and what it needs

k3s, by default the release that os/versions.json pins, downloaded once:
  --k3s PATH               this program instead
  --k3s-from DIRECTORY     has the files of the release
  --k3s-mirror URL         has <version>/<file> of the release; default HAOS_K3S_MIRROR
  --no-k3s                 an image without Kubernetes
  --airgap                 adds the images of k3s's own pods, for nodes without a registry
  --airgap-images FILE     adds these images`;

/** Options as they are given: what they ask for of k3s still has to be obtained. */
export interface Request {
  options: Options;
  k3s: K3sRequest;
}

/** Reads the arguments; throws a BuildFailure with the usage for a wrong one, and with status 0 for --help. */
export function readOptions(
  argv: readonly string[],
  defaults: Pick<Options, 'version' | 'imageName' | 'output' | 'cache'>,
  env: NodeJS.ProcessEnv = {},
): Request {
  const values = parse(argv);
  const { kernel = 'cloud', version, output, cache, sign, only } = values;
  if (values.help) throw new BuildFailure(USAGE, 0);
  const kind = KERNELS.find((known) => known === kernel);
  if (kind === undefined) throw new BuildFailure(`no kernel is called ${kernel}\n${USAGE}`, 2);
  const options: Options = {
    architecture: 'amd64',
    kernel: kind,
    version: version ?? defaults.version,
    imageName: values['image-name'] ?? defaults.imageName,
    output: output ?? defaults.output,
    cache: cache ?? defaults.cache,
    ...(sign === undefined ? {} : { sign }),
    ...(only === undefined ? {} : { only }),
  };
  fullImageName(options.imageName, options.version); // wrong usage is an error before anything is built
  return { options, k3s: readK3sRequest(values, env) };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        kernel: text,
        k3s: text,
        'k3s-from': text,
        'k3s-mirror': text,
        'no-k3s': flag,
        airgap: flag,
        'airgap-images': text,
        version: text,
        'image-name': text,
        output: text,
        cache: text,
        sign: text,
        only: text,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new BuildFailure(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, 2);
  }
}
