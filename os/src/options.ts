import { resolve } from 'node:path';
import { KERNEL_KINDS, type KernelKind } from '@haos/system/internal';
import { ARCHITECTURES, type Architecture, machineArchitecture } from './architecture.js';
import { DISK_IMAGES, type DiskImage } from './disk-images.js';
import { BuildFailure } from './failure.js';
import { fullImageName } from './image-name.js';
import type { K3sParts } from './k3s/k3s-parts.js';
import { type K3sRequest, readK3sRequest } from './k3s/k3s-request.js';
import { parseArguments } from './parse-arguments.js';
import { MAX_FLOOR } from './pcr-signature.js';
import { isTokenUri, parseTokenUri } from './pkcs11.js';
import type { SecureBootKey } from './secure-boot-key.js';

export interface Options {
  architecture: Architecture;
  /** The kernels of the image, the one that a medium boots first. */
  kernels: readonly KernelKind[];
  /** Version of the image; default: that of the package. */
  version: string;
  /** Name of the container image, without a tag. */
  imageName: string;
  /** The parts of k3s in the image; default none. */
  k3s?: K3sParts;
  /** The disk images to build besides; default none. */
  images?: readonly DiskImage[];
  /** The size of their disks, such as `8G`; default: that of `haos install --to-file`. */
  size?: string;
  /** Absolute directory; default `dist/artifacts`. */
  output: string;
  /** Absolute directory of step results; default `.cache/os`. */
  cache: string;
  /** Path of a private key to sign the checksums with. */
  sign?: string;
  /** The key to sign the boot images with; default: none is made. */
  bootKey?: SecureBootKey;
  /** Path of the private key to sign the boot images for the TPM with; default: they are not. */
  pcrKey?: string;
  /** The floor of the boot images, for the TPM. Default 0. */
  floor?: number;
  /** Kernel arguments of the boot images, beside the usual ones. */
  bootArguments?: string;
  /** Builds only this step and the steps that it needs. */
  only?: string;
}

export const USAGE = `usage: npm run os:build -- [OPTION...]
  --arch amd64|arm64       for which machines; default: those like this one
  --kernel cloud|generic   only one of Debian's kernels; default both
  --version VERSION        version of the image
  --image-name NAME        name of the container image, without a tag
  --image FORMAT           also build a disk image: raw, qcow2, vmdk or vhd; several times for several
  --size SIZE              the size of its disk, such as 8G; default 4G
  --output DIRECTORY       where the artefacts go; default dist/artifacts
  --cache DIRECTORY        results of earlier steps; default .cache/os
  --sign KEY               sign the checksums with this private key (docs/releases.md)
  --boot-key KEY           also make boot images, signed with this key for Secure Boot
                           (docs/secure-boot.md): a file, or pkcs11:token=NAME;object=NAME
  --boot-cert CERTIFICATE  its certificate, a file
  --boot-pin-file FILE     the PIN of the token; default: pin-source of the key, or it is asked
  --pcr-key KEY            sign them for the TPM, too, with another key in a file (docs/encryption.md)
  --floor NUMBER           their floor, 0 to 40; default 0: the TPM opens no data for them after
                           a boot image with a higher one was confirmed
  --boot-arguments TEXT    kernel arguments of the boot images, beside the usual ones
  --only STEP              build only this step and the steps that it needs

k3s; by default the release that os/versions.json pins is downloaded once:
  --k3s PATH               use this program instead
  --k3s-from DIRECTORY     take the files of the release from here
  --k3s-mirror URL         download URL/<version>/<file> instead; default HAOS_K3S_MIRROR
  --no-k3s                 build an image without Kubernetes
  --airgap                 add the images of k3s's own pods, for nodes without a registry
  --airgap-images FILE     add these images`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  arch: text,
  kernel: text,
  k3s: text,
  'k3s-from': text,
  'k3s-mirror': text,
  'no-k3s': flag,
  airgap: flag,
  'airgap-images': text,
  version: text,
  'image-name': text,
  image: { ...text, multiple: true },
  size: text,
  output: text,
  cache: text,
  sign: text,
  'boot-key': text,
  'boot-cert': text,
  'boot-pin-file': text,
  'pcr-key': text,
  floor: text,
  'boot-arguments': text,
  only: text,
  help: { ...flag, short: 'h' },
} as const;

/** The options as given; k3s still has to be obtained. */
export interface Request {
  options: Options;
  k3s: K3sRequest;
}

/**
 * Reads the arguments. Throws a BuildFailure with the usage for a wrong argument, and with status 0
 * for --help.
 */
export function readOptions(
  argv: readonly string[],
  defaults: Pick<Options, 'version' | 'imageName' | 'output' | 'cache'>,
  env: NodeJS.ProcessEnv = {},
): Request {
  const { values } = parseArguments({ args: [...argv], options: OPTIONS }, USAGE);
  const { arch = machineArchitecture() ?? 'amd64', kernel } = values;
  const { version, output, cache, sign, only } = values;
  const architecture = ARCHITECTURES.find((known) => known === arch);
  if (architecture === undefined) throw new BuildFailure(`unknown architecture ${arch}\n${USAGE}`, 2);
  const kernels = KERNEL_KINDS.filter((known) => kernel === undefined || known === kernel);
  if (kernels.length === 0) throw new BuildFailure(`unknown kernel ${kernel}\n${USAGE}`, 2);
  const { image: images = [], size } = values;
  const wrong = images.find((name) => !isDiskImage(name));
  if (wrong !== undefined) throw new BuildFailure(`unknown format ${wrong} of a disk image\n${USAGE}`, 2);
  if (size !== undefined && !/^[1-9]\d*[MGT]$/.test(size))
    throw new BuildFailure(`${size} is not a size; write 8G or 8192M\n${USAGE}`, 2);
  const bootKey = readBootKey(values['boot-key'], values['boot-cert'], values['boot-pin-file']);
  if (values['pcr-key'] !== undefined && bootKey === undefined)
    throw new BuildFailure(`--pcr-key needs --boot-key and --boot-cert\n${USAGE}`, 2);
  const floor = readFloor(values.floor, values['pcr-key']);
  const options: Options = {
    architecture,
    kernels,
    version: version ?? defaults.version,
    imageName: values['image-name'] ?? defaults.imageName,
    output: resolve(output ?? defaults.output),
    cache: resolve(cache ?? defaults.cache),
    ...(images.length > 0 && { images: images.filter(isDiskImage) }),
    ...{ size, sign, bootKey, bootArguments: values['boot-arguments'], only },
    ...(values['pcr-key'] !== undefined && { pcrKey: values['pcr-key'] }),
    ...(floor !== undefined && { floor }),
  };
  fullImageName(options.imageName, options.version); // reports wrong usage before anything is built
  return { options, k3s: readK3sRequest(values, env) };
}

function readBootKey(key?: string, certificate?: string, pinFile?: string): SecureBootKey | undefined {
  if (pinFile !== undefined && !(key && isTokenUri(key)))
    throw new BuildFailure(`--boot-pin-file needs a --boot-key with pkcs11:\n${USAGE}`, 2);
  if (key === undefined && certificate === undefined) return undefined;
  if (key === undefined || certificate === undefined)
    throw new BuildFailure(`--boot-key and --boot-cert belong together\n${USAGE}`, 2);
  if (isTokenUri(key)) parseTokenUri(key); // reports wrong usage before anything else
  return { key, certificate, ...(pinFile !== undefined && { pinFile }) };
}

function readFloor(text: string | undefined, pcrKey: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (pcrKey === undefined) throw new BuildFailure(`--floor needs --pcr-key\n${USAGE}`, 2);
  if (/^\d{1,2}$/.test(text) && Number(text) <= MAX_FLOOR) return Number(text);
  throw new BuildFailure(`the floor ${text} is not a number from 0 to ${MAX_FLOOR}\n${USAGE}`, 2);
}

function isDiskImage(name: string): name is DiskImage {
  return DISK_IMAGES.some((known) => known === name);
}
