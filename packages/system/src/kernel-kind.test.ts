import { createTestHost } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { findKernels, kernelKind, withKernel } from './kernel-kind.js';

it.each([
  ['6.12.118+deb13-cloud-amd64-v1.0.0', 'cloud'],
  ['6.12.118+deb13-cloud-arm64-v1.0.0', 'cloud'],
  ['6.12.118+deb13-cloud-amd64', 'cloud'],
  ['6.12.118+deb13-amd64-v1.0.0', 'generic'],
  ['6.12.118+deb13-amd64-v1.0.0-cloud', 'generic'],
  ['5.15.0-1053-kvm', 'generic'],
])('takes the kind of %s from its name: %s', (version, kind) => {
  expect(kernelKind(version)).toBe(kind);
});

it('finds both kernels of a release, and none of another release beside it', () => {
  const [generic, cloud] = ['6.1-amd64-v2', '6.1-cloud-amd64-v2'];
  const names = [generic, cloud, '6.0-cloud-amd64-v1', '.new-6.1-cloud-amd64-v2'];
  const tree = Object.fromEntries(names.map((name) => [`/system/kernel/${name}/vmlinuz`, name]));
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());

  expect(findKernels(host, '/system', { haos: 'v2', kernel: generic })).toEqual({ generic, cloud });
  expect(findKernels(host, '/system', { haos: 'v1', kernel: '6.0-cloud-amd64-v1' })).toEqual({
    cloud: '6.0-cloud-amd64-v1',
  });
  expect(findKernels(host, '/none', { haos: 'v2' })).toEqual({});
});

it('replaces or leaves out the kernel of a set', () => {
  expect(withKernel({ haos: 'v1', kernel: 'a' }, 'b')).toEqual({ haos: 'v1', kernel: 'b' });
  expect(withKernel({ haos: 'v1', kernel: 'a' }, undefined)).toEqual({ haos: 'v1' });
});
