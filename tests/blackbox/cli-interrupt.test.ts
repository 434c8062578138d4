import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/haos.cjs', import.meta.url));
const tree = mkdtempSync(join(tmpdir(), 'haos-interrupt-'));
/** Accepts connections and never answers. */
const silent = createServer();

beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  mkdirSync(join(tree, 'haos/system'), { recursive: true });
  writeFileSync(
    join(tree, 'haos/system/config.yaml'),
    `boot_manifests:\n- url: http://127.0.0.1:${port}/manifest.yaml\n`,
  );
});

afterAll(() => {
  silent.close();
  rmSync(tree, { recursive: true, force: true });
});

describe('a phase that waits for a download', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'ends at %s with status %i, and the journal says that it did not end',
    async (signal, expected) => {
      const connected = new Promise((resolve) => silent.once('connection', resolve));
      const child = spawn(process.execPath, [program, 'config', '--root', tree], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('close', resolve));

      await connected;
      child.kill(signal);

      expect(await ended).toBe(expected);
      expect(JSON.parse(readFileSync(join(tree, 'run/haos/journal/runtime.json'), 'utf8'))).toMatchObject({
        state: 'running',
      });
    },
  );
});
