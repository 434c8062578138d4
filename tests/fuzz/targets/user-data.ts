import assert from 'node:assert/strict';
import { validate } from '@haos/cc';
import { gunzip } from '@haos/host/internal';
import { readUserData } from '../../../packages/cc/src/sources/user-data.js';

const MAX_BYTES = 1024 * 1024;

/** User data of a cloud: a configuration or a program, also compressed or in base64. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const userData = await readUserData(data, {
    programPath: '/run/program',
    gunzip: (bytes) => gunzip(bytes, MAX_BYTES),
  });
  if (userData.kind === 'config') validate({ content: userData.text });
  if (userData.kind === 'unsupported') assert.ok(userData.hint.length > 0);
}
