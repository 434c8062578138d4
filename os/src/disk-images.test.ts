import { KERNEL_KINDS } from '@haos/system/internal';
import { expect, it } from 'vitest';
import { imageFileName, kernelOf } from './disk-images.js';

it('puts the generic kernel into images for any machine, and for VMware and VirtualBox', () => {
  expect(kernelOf('raw', KERNEL_KINDS)).toBe('generic');
  expect(kernelOf('vmdk', KERNEL_KINDS)).toBe('generic');
  expect(kernelOf('qcow2', KERNEL_KINDS)).toBe('cloud');
});

it('puts the only kernel of a build into every image', () => {
  expect(kernelOf('raw', ['generic'])).toBe('generic');
  expect(kernelOf('vmdk', ['cloud'])).toBe('cloud');
});

it('names an image like the other artefacts', () => {
  expect(imageFileName('vhd', 'arm64')).toBe('haos-arm64.vhd');
});
