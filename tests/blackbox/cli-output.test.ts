import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../../bin', import.meta.url));
const program = join(bin, 'haos.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'haos-output-'));
const tree = join(scratch, 'tree');
/** More than a pipe holds. */
const CONTENT = 'line of a file\n'.repeat(20_000);

mkdirSync(join(tree, 'haos/system'), { recursive: true });
writeFileSync(
  join(tree, 'haos/system/config.yaml'),
  `write_files:\n- path: /etc/big\n  content: |\n${CONTENT.replaceAll(/^(?=.)/gm, '    ')}`,
);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs a shell command and returns its status and standard error; `$HAOS` is the program. */
function shell(command: string) {
  const env = { ...process.env, HAOS: `${process.execPath} ${program}`, TREE: tree };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

describe('standard output', () => {
  it('carries more than a pipe holds, to a slow reader', () => {
    const { status, stdout, stderr } = shell(
      'set -o pipefail; $HAOS config --dump-json --root $TREE | { read -n 1; sleep 0.1; wc -c; }',
    );

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(stdout)).toBeGreaterThan(CONTENT.length);
  });

  it('may be closed by its reader, which is not a failure', () => {
    expect(shell('set -o pipefail; $HAOS config --dump-json --root $TREE | head -c 1')).toEqual({
      status: 0,
      stdout: '{',
      stderr: '',
    });
  });

  it('is written as a whole to a pipe that does not block', async () => {
    // Node turns the standard output pipes of its children into non-blocking sockets, as other
    // event loops do.
    const child = spawn(process.execPath, [program, 'config', '--dump-json', '--root', tree], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const status = await new Promise((resolve) => child.on('close', resolve));

    expect(status).toBe(0);
    expect(JSON.parse(Buffer.concat(chunks).toString()).writeFiles[0].content).toBe(CONTENT);
  });

  it('has no colour in a pipe', () => {
    const invalid = join(scratch, 'invalid.yaml');
    writeFileSync(invalid, 'hostnam: x\n');
    const { status, stdout, stderr } = shell(`$HAOS config validate ${invalid}`);

    expect(status).toBe(3);
    expect(stdout + stderr).not.toContain('\u001b');
  });
});

describe('standard input', () => {
  it('is read from a pipe that fills slowly', () => {
    expect(
      shell('{ echo hostname: a; sleep 0.1; echo "haos: {}"; } | $HAOS config validate -'),
    ).toMatchObject({
      status: 0,
      stdout: '1 file, 0 errors, 0 warnings\n',
    });
  });
});

describe('the code cache', () => {
  const copy = join(scratch, 'bin');
  cpSync(bin, copy, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|types|src)$|\.cache$/.test(path),
  });
  const build = () => spawnSync(process.execPath, [join(copy, 'build-cache.cjs')], { stdio: 'inherit' });
  const caches = () => readdirSync(join(copy, 'dist')).filter((name) => name.endsWith('.cache'));
  const digests = () =>
    caches().map((name) =>
      createHash('sha256')
        .update(readFileSync(join(copy, 'dist', name)))
        .digest('hex'),
    );
  const dump = () =>
    spawnSync(process.execPath, [join(copy, 'haos.cjs'), 'config', '--dump', '--root', tree], {
      encoding: 'utf8',
    });

  it('is reproducible, and changes only the duration', () => {
    const plain = dump().stdout;
    expect(build().status).toBe(0);
    const first = digests();
    expect(build().status).toBe(0);

    expect(first.length).toBeGreaterThan(0);
    expect(digests()).toEqual(first);
    expect(dump()).toMatchObject({ status: 0, stdout: plain, stderr: '' });
  });

  it('does not contain the path where it was made', () => {
    for (const name of caches()) {
      expect(readFileSync(join(copy, 'dist', name)).includes(copy)).toBe(false);
    }
  });

  it('of another Node or a broken one is ignored', () => {
    for (const name of caches()) writeFileSync(join(copy, 'dist', name), 'no cache');

    expect(dump()).toMatchObject({ status: 0, stderr: '' });
  });
});
