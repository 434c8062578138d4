import { join } from 'node:path';
import { describeOverlay } from './overlay-scenario.js';
import { ARTIFACTS } from './paths.js';

describeOverlay({ architecture: 'amd64', tarball: () => join(ARTIFACTS, 'haos-rootfs-amd64.tar.gz') });
