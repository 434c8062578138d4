import { expect, it } from 'vitest';
import { renderIpxeScript } from './ipxe-script.js';

it('names the files of a release, and leaves room for arguments', () => {
  expect(renderIpxeScript('arm64', 'cloud-').split('\n')).toEqual([
    '#!ipxe',
    expect.stringMatching(/^# /),
    'kernel haos-vmlinuz-cloud-arm64 initrd=haos-initrd-cloud-arm64 printk.devkmsg=on loglevel=4 ' +
      `console=ttyAMA0,115200 console=tty1 \${arguments}`,
    'initrd haos-initrd-cloud-arm64',
    'boot',
    '',
  ]);
});
