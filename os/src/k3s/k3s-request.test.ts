import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type K3sOptions, type K3sRequest, readK3sRequest } from './k3s-request.js';

let directory: string;
let file: string;
let archive: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-request-'));
  file = join(directory, 'k3s');
  archive = join(directory, 'images.tar.zst');
  for (const path of [file, archive]) writeFileSync(path, '');
});
afterAll(() => rmSync(directory, { recursive: true }));

const NOTHING: K3sRequest = { without: false, airgap: false };
const MIRROR = 'https://mirror.example.com/k3s';

it.each<[string, () => K3sOptions, NodeJS.ProcessEnv, () => Partial<K3sRequest>]>([
  ['nothing', () => ({}), {}, () => ({})],
  ['a program', () => ({ k3s: file }), {}, () => ({ program: file })],
  ['a directory', () => ({ 'k3s-from': directory }), {}, () => ({ from: directory })],
  ['a mirror', () => ({ 'k3s-mirror': `${MIRROR}/` }), {}, () => ({ mirror: MIRROR })],
  ['the mirror of the environment', () => ({}), { HAOS_K3S_MIRROR: MIRROR }, () => ({ mirror: MIRROR })],
  [
    'a directory before the environment',
    () => ({ 'k3s-from': directory }),
    { HAOS_K3S_MIRROR: MIRROR },
    () => ({ from: directory }),
  ],
  ['no mirror', () => ({}), { HAOS_K3S_MIRROR: '' }, () => ({})],
  ['no k3s', () => ({ 'no-k3s': true }), {}, () => ({ without: true })],
  ['the images', () => ({ airgap: true }), {}, () => ({ airgap: true })],
  ['images by hand', () => ({ 'airgap-images': archive }), {}, () => ({ airgap: true, images: archive })],
])('reads %s', (_title, options, env, request) => {
  expect(readK3sRequest(options(), env)).toEqual({ ...NOTHING, ...request() });
});

it.each<[string, () => K3sOptions]>([
  ['a program that does not exist', () => ({ k3s: join(directory, 'none') })],
  ['a directory in place of a program', () => ({ k3s: directory })],
  ['a directory that does not exist', () => ({ 'k3s-from': join(directory, 'none') })],
  ['a file in place of a directory', () => ({ 'k3s-from': file })],
  ['two places', () => ({ 'k3s-from': directory, 'k3s-mirror': MIRROR })],
  ['a mirror that is not a URL', () => ({ 'k3s-mirror': '/srv/mirror' })],
  ['no k3s and a program', () => ({ 'no-k3s': true, k3s: file })],
  ['no k3s and images', () => ({ 'no-k3s': true, airgap: true })],
  ['images that k3s would not import', () => ({ 'airgap-images': file })],
])('rejects %s as wrong usage', (_title, options) => {
  expect(() => readK3sRequest(options())).toThrow(expect.objectContaining({ status: 2 }));
});
