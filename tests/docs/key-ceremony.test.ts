import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyChecksums } from '@haos/system/internal';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPages } from './page.js';

const PASSPHRASE = 'a passphrase for this test';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'haos-ceremony-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/**
 * Returns the commands of docs/releases.md that contain a word, with the passphrase typed where
 * needed.
 */
function follow(word: string): string {
  const blocks = readPages().find(({ path }) => path === 'docs/releases.md')?.blocks ?? [];
  const commands = blocks.filter(({ language, content }) => language === 'sh' && content.includes(word));
  expect(commands).toHaveLength(1);
  return (commands[0]?.content ?? '').trim().split('\n').map(typeCommand).join('');
}

/** Without a terminal, OpenSSL asks on standard input. */
function typeCommand(command: string): string {
  const { status, stdout, stderr } = spawnSync('setsid', ['--wait', 'sh', '-c', command], {
    cwd: directory,
    input: `${PASSPHRASE}\n`.repeat(2),
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

it('the key ceremony, a signature and its verification work as docs/releases.md says', async () => {
  const fingerprint = follow('openssl genpkey');
  const key = readFileSync(join(directory, 'haos-2026.key.pem'), 'utf8');
  const keys = [readFileSync(join(directory, 'haos-2026.pem'), 'utf8')];

  writeFileSync(join(directory, 'haos-amd64.iso'), 'an ISO');
  const digest = createHash('sha256').update('an ISO').digest('hex');
  writeFileSync(join(directory, 'sha256sum-amd64.txt'), `${digest}  haos-amd64.iso\n`);
  follow('pkeyutl -sign');
  const verified = follow('pkeyutl -verify');

  expect(fingerprint).toMatch(/^[0-9a-f]{64} /m);
  expect(key).toContain('ENCRYPTED PRIVATE KEY');
  expect(verified).toContain('haos-amd64.iso: OK');
  const [checksums, signature] = ['sha256sum-amd64.txt', 'sha256sum-amd64.txt.sig'].map((name) =>
    readFileSync(join(directory, name)),
  ) as [Buffer, Buffer];
  expect((await verifyChecksums({ checksums, signature, keys })).get('haos-amd64.iso')).toBe(digest);
  const other = execFileSync('sh', ['-c', 'openssl genpkey -algorithm ed25519 | openssl pkey -pubout'], {
    encoding: 'utf8',
  });
  await expect(verifyChecksums({ checksums, signature, keys: [other] })).rejects.toMatchObject({
    code: 'HAOS_RELEASE_SIGNATURE',
  });
});
