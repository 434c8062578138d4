import { HaosError, type Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';
import { versionDirectory } from '@haos/system/internal';
import type { InstallErrorCode } from '../errors.js';
import { findImage } from './image.js';
import { type IsoOptions, openIso } from './iso.js';
import { openToolbox } from './toolbox.js';

/** What an installation takes from an ISO on a machine that runs something else. */
export interface Medium {
  /** The machine, with the programs of the image. */
  host: Host;
  /** The directory with the components. */
  image: string;
  /** The directory with GRUB. */
  tools: string;
  /** The path of the configuration that the ISO brings, if it does. */
  configuration: string | undefined;
}

/**
 * Opens an ISO until the clean-up, and the programs of its root image. Throws what `openIso` and `openToolbox` do, and
 * HAOS_INSTALL_ISO when a component is missing. Whether what is there is whole, the installation's own checks find out.
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
