import { type Host, redactUrl } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { bootImageNames, bootLoaderName, isBootLoader } from '../boot/boot-image.js';
import { chooseBootImage, findBootImageProblem, findTrustProblem } from '../boot/check-boot-image.js';
import { type Check, failed, passed } from '../check.js';
import { kernelKind } from '../kernel-kind.js';
import { layout } from '../layout.js';
import { checkOfError } from './checks.js';
import { type DownloadIsoOptions, isUrl } from './download-iso.js';
import { downloadProgram } from './download-program.js';
import type { Image } from './image.js';
import { imageArchitecture } from './image-architecture.js';

/** What starts an installed system on a machine with own keys. */
export interface BootFiles {
  /** The path of the signed boot image. */
  image: string;
  /** The path of the signed systemd-boot. */
  loader: string;
}

export interface BootFilesOptions extends Omit<DownloadIsoOptions, 'sha256' | 'onDownload'> {
  /**
   * The boot image: its path or URL. A directory, or a URL that ends with a slash, means the one in
   * it that is for the kernel. The boot loader is beside it, by its name in a release.
   */
  bootImage: string;
  /** The components that it has to start. */
  image: Image;
  /** A directory for downloads. Default `/run/haos/image`. */
  scratch?: string | undefined;
  /** Whether the TPM is to open the data of the installed node. Default false. */
  usesTpm?: boolean;
}

const ID = 'boot-image';
const HINT =
  'Use the boot image of this release. If its keys are not enrolled yet, turn the setup mode on before: docs/secure-boot.md.';

/**
 * Makes the boot image and the boot loader of an image readable until the clean-up, and checks them
 * as an upgrade does. A download must be in the signed checksums beside it, unless it may be
 * insecure. If Secure Boot is on, the firmware of this machine must trust both. The files are
 * undefined if the check failed.
 */
export async function openBootFiles(
  host: Host,
  cleanUp: CleanUp,
  options: BootFilesOptions,
): Promise<{ check: Check; files?: BootFiles }> {
  const { bootImage, image, signal } = options;
  const architecture = imageArchitecture(host, image.directory, image.set) ?? 'amd64';
  const names = bootImageNames(kernelKind(image.set.kernel ?? ''), architecture);
  const loaderName = bootLoaderName(architecture);
  try {
    const found = isUrl(bootImage)
      ? await download(host, cleanUp, { ...options, names, loaderName })
      : findLocal(host, { bootImage, names, loaderName });
    return await checkFiles(host, found, options);
  } catch (error) {
    const hint = 'Check the address and the network.';
    return { check: checkOfError(error, { id: ID, hint, signal }) };
  }
}

/** Where the files may be; the boot loader is undefined if the place does not have it. */
interface Candidates {
  images: readonly string[];
  loader: string | undefined;
  /** What the hints name. */
  place: string;
  loaderName: string;
}

interface Names {
  names: readonly string[];
  loaderName: string;
}

async function download(
  host: Host,
  cleanUp: CleanUp,
  { bootImage: url, names, loaderName, scratch = '/run/haos/image', ...options }: BootFilesOptions & Names,
): Promise<Candidates> {
  host.files.makeDirectory(scratch, { mode: 0o700 });
  const own = new URL(url).pathname.split('/').at(-1);
  // Without the digest of an ISO, which says nothing about a boot image.
  const { insecure, keys, proxy, signal } = options;
  const trust = { ...(insecure && { insecure }), ...(keys && { keys }) };
  const get = (wanted: readonly string[], path: string) =>
    downloadProgram(host, cleanUp, { ...trust, proxy, signal, url, names: wanted, path });
  const image = await get(own ? [own] : names, `${scratch}/boot-image.efi`);
  const loader = await get([loaderName], `${scratch}/boot-loader.efi`);
  return { images: image === undefined ? [] : [image], loader, place: placeOf(url), loaderName };
}

function findLocal(host: Host, { bootImage, names, loaderName }: { bootImage: string } & Names): Candidates {
  const isDirectory = host.files.stat(bootImage)?.type === 'directory';
  const place = isDirectory ? bootImage.replace(/\/*$/, '/') : placeOf(bootImage);
  const loader = `${place}${loaderName}`;
  return {
    images: isDirectory ? names.map((name) => `${place}${name}`) : [bootImage],
    loader: host.files.stat(loader)?.type === 'file' ? loader : undefined,
    place,
    loaderName,
  };
}

/** Returns a path or a URL up to its last slash. */
function placeOf(path: string): string {
  return path.replace(/[^/]*$/, '');
}

async function checkFiles(
  host: Host,
  { images, loader, place, loaderName }: Candidates,
  { bootImage, image, usesTpm = false }: BootFilesOptions,
): Promise<{ check: Check; files?: BootFiles }> {
  const { set, directory } = image;
  const target = { set, directoryOf: () => directory, node: layout.system, usesTpm };
  const chosen = await chooseBootImage(host, images, (path) => findBootImageProblem(host, path, target));
  if (chosen === undefined) {
    const hint = 'Name a file of a release that was built with --boot-key: docs/secure-boot.md.';
    return { check: failed(ID, `${redact(bootImage)} has no boot image for this kernel`, hint) };
  }
  if (chosen.from === undefined) return { check: failed(ID, chosen.problem, HINT) };
  const problem = await findLoaderProblem(host, { loader, place, loaderName });
  if (problem !== undefined || loader === undefined) {
    const hint = 'Put the boot loader of the same build beside the boot image: docs/secure-boot.md.';
    return { check: failed(ID, problem ?? '', hint) };
  }
  const message = `${chosen.from} starts HAOS ${set.haos} with the kernel ${set.kernel}, with systemd-boot`;
  return { check: passed(ID, message), files: { image: chosen.from, loader } };
}

/** Says why there is no boot loader; undefined if there is one. */
async function findLoaderProblem(
  host: Host,
  { loader, place, loaderName }: Omit<Candidates, 'images'>,
): Promise<string | undefined> {
  if (loader === undefined) return `${redact(place)} has no ${loaderName}`;
  if (!isBootLoader(host, loader)) return `${loader} is not systemd-boot`;
  return findTrustProblem(host, loader, layout.system);
}

/** A URL may have a password. */
function redact(place: string): string {
  return isUrl(place) ? redactUrl(place) : place;
}
