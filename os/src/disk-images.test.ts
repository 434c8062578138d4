import { expect, it } from 'vitest';
import { imageFileName, kernelOf } from './disk-images.js';

it('puts the kernel with the drivers of VMware and VirtualBox into their image', () => {
  expect(kernelOf('vmdk', 'cloud')).toBe('generic');
  expect(kernelOf('qcow2', 'cloud')).toBe('cloud');
});

it('puts the generic kernel into every image of a build for metal', () => {
  expect(kernelOf('raw', 'generic')).toBe('generic');
});

it('names an image like the other artefacts', () => {
  expect(imageFileName('vhd', 'arm64')).toBe('haos-arm64.vhd');
});
