import { expect, it } from 'vitest';
import { convertArguments, formatOfName } from './disk-format.js';

it.each([
  ['/a/haos.raw', 'raw'],
  ['/a/haos.IMG', 'raw'],
  ['/a/haos.qcow2', 'qcow2'],
  ['/a/haos-1.0.vmdk', 'vmdk'],
  ['/a/haos.vhd', 'vhd'],
  ['/a/haos.vhdx', undefined],
  ['/a.raw/haos', undefined],
  ['/a/raw', undefined],
])('%s has the format %s', (path, format) => {
  expect(formatOfName(path)).toBe(format);
});

it('makes a VHD whose size is exactly that of the disk, as Azure demands', () => {
  expect(convertArguments('vhd', { from: '/disk', to: '/disk.vhd' })).toEqual(
    'convert -f raw -O vpc -o subformat=fixed,force_size=on /disk /disk.vhd'.split(' '),
  );
});
