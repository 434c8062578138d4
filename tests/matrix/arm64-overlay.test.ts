import { join } from 'node:path';
import { makeStep } from '../vm/debian-guest.js';
import { describeOverlay } from '../vm/overlay-scenario.js';

describeOverlay({
  architecture: 'arm64',
  tarball: () => join(makeStep('tarball', 'arm64'), 'rootfs.tar.gz'),
});
