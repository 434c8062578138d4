import { expect, it } from 'vitest';
import { machineArchitecture } from './architecture.js';
import { readOptions } from './options.js';

const DEFAULTS = { version: 'v0.1.0', imageName: 'localhost/haos', output: '/out', cache: '/cache' };

it('has defaults', () => {
  expect(readOptions([], DEFAULTS)).toEqual({
    options: { ...DEFAULTS, architecture: machineArchitecture(), kernels: ['generic', 'cloud'] },
    k3s: { without: false, airgap: false },
  });
});

it('reads what is given', () => {
  const argv = [
    '--arch',
    'arm64',
    '--kernel',
    'generic',
    '--version',
    'v1.0.0',
    '--image-name',
    'ghcr.io/example/haos',
    '--only',
    'iso',
  ];

  expect(readOptions([...argv, '--no-k3s'], DEFAULTS)).toMatchObject({
    options: {
      architecture: 'arm64',
      kernels: ['generic'],
      version: 'v1.0.0',
      imageName: 'ghcr.io/example/haos',
      only: 'iso',
    },
    k3s: { without: true },
  });
});

it('reads the disk images, and their size', () => {
  const argv = ['--image', 'raw', '--image', 'vhd', '--size', '8G'];

  expect(readOptions(argv, DEFAULTS).options).toMatchObject({ images: ['raw', 'vhd'], size: '8G' });
  expect(() => readOptions(['--image', 'vdi'], DEFAULTS)).toThrow(/unknown format vdi/);
  expect(() => readOptions(['--size', '8'], DEFAULTS)).toThrow(/8 is not a size/);
});

it('reads the key of the boot images, and their arguments', () => {
  const argv = ['--boot-key', 'db.key', '--boot-cert', 'db.crt', '--boot-arguments', 'quiet'];

  expect(readOptions(argv, DEFAULTS).options).toMatchObject({
    bootKey: { key: 'db.key', certificate: 'db.crt' },
    bootArguments: 'quiet',
  });
});

it('reads the floor of the boot images', () => {
  const argv = ['--boot-key', 'db.key', '--boot-cert', 'db.crt', '--pcr-key', 'pcr.key', '--floor'];

  expect(readOptions([...argv, '3'], DEFAULTS).options).toMatchObject({ pcrKey: 'pcr.key', floor: 3 });
  for (const floor of ['41', '-1', '1.5', 'v2', ''])
    expect(() => readOptions([...argv.slice(0, -1), `--floor=${floor}`], DEFAULTS)).toThrow(
      'is not a number from 0 to 40',
    );
});

it('reads the key of the boot images in a token', () => {
  const key = 'pkcs11:token=haos;object=db';
  const argv = ['--boot-key', key, '--boot-cert', 'db.crt', '--boot-pin-file', 'pin'];

  expect(readOptions(argv, DEFAULTS).options).toMatchObject({
    bootKey: { key, certificate: 'db.crt', pinFile: 'pin' },
  });
});

it('takes directories relative to the current one', () => {
  const { options } = readOptions(['--output', 'here', '--cache', 'there'], DEFAULTS);

  expect(options).toMatchObject({ output: `${process.cwd()}/here`, cache: `${process.cwd()}/there` });
});

it.each([
  ['--arch', 'riscv64'],
  ['--kernel', 'other'],
  ['--what'],
  ['word'],
  ['--image-name', 'haos:v1'],
  ['--k3s', '/nowhere/k3s'],
  ['--boot-key', 'db.key'],
  ['--boot-key', 'db.key', '--boot-cert', 'db.crt', '--boot-pin-file', 'pin'],
  ['--boot-key', 'pkcs11:token=haos', '--boot-cert', 'db.crt'],
  ['--boot-pin-file', 'pin'],
  ['--pcr-key', 'pcr.key'],
  ['--boot-key', 'db.key', '--boot-cert', 'db.crt', '--floor', '1'],
])('rejects %s %s as wrong usage', (...argv) => {
  expect(() => readOptions(argv, DEFAULTS)).toThrow(expect.objectContaining({ status: 2 }));
});

it('explains every option with status 0', () => {
  expect(() => readOptions(['--help'], DEFAULTS)).toThrow(
    expect.objectContaining({ status: 0, message: expect.stringContaining('--k3s-mirror URL') }),
  );
});
