import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import type { Check } from '@haos/system';
import {
  checkArchitecture,
  checkOfError,
  findImage,
  type ImageOptions,
  imageArchitecture,
  machineArchitecture,
  openSource,
} from '@haos/system/internal';
import { openToolbox } from './toolbox.js';

/** The parts of an ISO that an installation from another system uses. */
export interface Medium {
  /** The machine, which runs the programs of the image. */
  host: Host;
  /** The directory with the components. */
  directory: string;
  /** The directory with GRUB. */
  tools: string;
  /** The path of the configuration on the ISO, if it has one. */
  configuration: string | undefined;
}

export interface MediumOptions extends ImageOptions {
  iso: string;
  scratch: string;
  /**
   * Accept an ISO for another architecture, whose programs run if the kernel has an emulator for
   * them. Default false.
   */
  anyArchitecture?: boolean;
}

/**
 * Opens an ISO and the programs of its root image until the clean-up. The medium is undefined if a
 * check failed. The checks of the installation verify the content.
 */
export async function openMedium(
  host: Host,
  cleanUp: CleanUp,
  { anyArchitecture = false, ...options }: MediumOptions,
): Promise<{ checks: readonly Check[]; medium?: Medium }> {
  const { checks, directory } = await openSource(host, cleanUp, options);
  if (directory === undefined) return { checks };
  const { check, image } = findImage(host, directory);
  const hint = 'Name an ISO of HAOS, or download it again.';
  if (!image) return { checks: [...checks, { ...check, hint }] };
  const architecture = checkArchitecture({
    image: imageArchitecture(host, directory, image.set),
    machine: await machineArchitecture(host),
  });
  if (!architecture.ok && !anyArchitecture) return { checks: [...checks, architecture] };
  try {
    const rootImage = `${directory}/haos/${image.set.haos}/rootfs.squashfs`;
    const toolbox = await openToolbox(host, cleanUp, { rootImage, scratch: options.scratch });
    const config = `${directory}/config.yaml`;
    const configuration = host.files.stat(config) && config;
    return { checks, medium: { host: toolbox.host, directory, tools: toolbox.root, configuration } };
  } catch (error) {
    return { checks: [...checks, checkOfError(error, { id: 'image', hint, signal: options.signal })] };
  }
}
