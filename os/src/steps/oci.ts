import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT } from '@haos/system/internal';
import { fullImageName, imageTag } from '../image-name.js';
import { writeOciImage } from '../oci-layout.js';
import type { Step } from '../step.js';

/** The directory of the launcher, which runs in containers without a base image. */
const PROGRAMS = '/haos/system/haos/current';

/**
 * Makes `image.tar`: the components as an OCI image. It has one layer with only /haos/system, and
 * the launcher as its entry point. It carries its full name, under which k3s and `ctr images
 * import` store it.
 */
export const oci: Step = {
  name: 'oci',
  title: 'OCI image',
  needs: ['system'],
  recipe: fileURLToPath(import.meta.url),
  settings: ['version', 'architecture', 'imageName'],
  async make(context) {
    const { of, options, out } = context;
    // Plans of older versions call `haos` by its name, so it is on the path.
    const config = {
      Entrypoint: [`${PROGRAMS}/haos`],
      Env: [`PATH=${PROGRAMS}`],
      WorkingDir: '/',
      Labels: {
        'org.opencontainers.image.title': 'HAOS',
        'org.opencontainers.image.version': options.version,
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.source': PROJECT.repository,
        'org.opencontainers.image.documentation': PROJECT.documentation,
      },
    };
    const name = fullImageName(options.imageName, options.version);
    // The layer is not compressed, because its contents are.
    const image = { tree: of('system'), paths: ['haos'], name, tag: imageTag(options.version), config };
    await writeOciImage(context, image, join(out, 'image.tar'));
  },
};
