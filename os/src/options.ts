import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BuildFailure } from './failure.js';

export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export const KERNELS = ['cloud', 'generic'] as const;
export type KernelKind = (typeof KERNELS)[number];

export interface Options {
  architecture: Architecture;
  kernel: KernelKind;
  /** Of the image; default: that of the package. */
  version: string;
  /** A k3s program to put into the image. */
  k3s?: string;
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
  --k3s PATH               a k3s program for the image; without it the image has none
  --version VERSION        of the image
  --output DIRECTORY       default dist/artifacts
  --cache DIRECTORY        of what steps made before; default .cache/os
  --sign KEY               signs the checksums with this private key (docs/releases.md)
  --only STEP              this step and what it needs`;

/** Reads the arguments; throws a BuildFailure with the usage for a wrong one, and with status 0 for --help. */
export function readOptions(
  argv: readonly string[],
  defaults: Pick<Options, 'version' | 'output' | 'cache'>,
): Options {
  const { kernel = 'cloud', k3s, version, output, cache, sign, only, help } = parse(argv);
  if (help) throw new BuildFailure(USAGE, 0);
  const kind = KERNELS.find((known) => known === kernel);
  if (kind === undefined) throw new BuildFailure(`no kernel is called ${kernel}\n${USAGE}`, 2);
  if (k3s !== undefined && !statSync(k3s, { throwIfNoEntry: false })?.isFile())
    throw new BuildFailure(`--k3s: there is no file ${k3s}`, 2);
  return {
    architecture: 'amd64',
    kernel: kind,
    version: version ?? defaults.version,
    output: output ?? defaults.output,
    cache: cache ?? defaults.cache,
    ...(k3s === undefined ? {} : { k3s }),
    ...(sign === undefined ? {} : { sign }),
    ...(only === undefined ? {} : { only }),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const help = { type: 'boolean', short: 'h' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        kernel: text,
        k3s: text,
        version: text,
        output: text,
        cache: text,
        sign: text,
        only: text,
        help,
      },
    }).values;
  } catch (error) {
    throw new BuildFailure(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, 2);
  }
}
