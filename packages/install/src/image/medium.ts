import { HaosError, type Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { versionDirectory } from '@haos/system/internal';
import type { InstallErrorCode } from '../errors.js';
import { findImage } from './image.js';
import { type IsoOptions, openIso } from './iso.js';
import { openToolbox } from './toolbox.js';

/** The parts of an ISO that an installation from another system uses. */
export interface Medium {
  /** The machine, which runs the programs of the image. */
  host: Host;
  /** The directory with the components. */
  image: string;
  /** The directory with GRUB. */
  tools: string;
  /** The path of the configuration on the ISO, if it has one. */
  configuration: string | undefined;
}

/**
 * Opens an ISO and the programs of its root image until the clean-up. Throws the errors of
 * `openIso` and `openToolbox`, and HAOS_INSTALL_ISO if a component is missing. The checks of the
 * installation verify the content.
 */
export async function openMedium(host: Host, cleanUp: CleanUp, options: IsoOptions): Promise<Medium> {
  const directory = `${await openIso(host, cleanUp, options)}/haos/system`;
  const { check, image } = findImage(host, directory);
  if (!image?.set.haos) {
    const hint = 'Name an ISO of HAOS, or download it again.';
    throw new HaosError<InstallErrorCode>('HAOS_INSTALL_ISO', check.message, { hint });
  }
  const rootImage = `${versionDirectory(directory, 'haos', image.set.haos)}/rootfs.squashfs`;
  const { host: equipped, root } = await openToolbox(host, cleanUp, { rootImage, scratch: options.scratch });
  const configuration = `${directory}/config.yaml`;
  const brings = host.files.stat(configuration) !== undefined;
  return {
    host: equipped,
    image: directory,
    tools: root,
    configuration: brings ? configuration : undefined,
  };
}
