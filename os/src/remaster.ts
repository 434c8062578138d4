/** Makes a changed copy of an ISO: see docs/building.md. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildFailure } from './failure.js';
import { addArguments } from './menu.js';
import { parseArguments } from './parse-arguments.js';
import { runMain } from './run-main.js';

const USAGE = `usage: npm run os:remaster -- ISO OUTPUT [OPTION...]
  --cmdline ARGUMENTS   kernel arguments, as one text; haos.mode selects the menu entry that boots
  --config FILE         the system configuration of the medium`;

interface Options {
  iso: string;
  output: string;
  cmdline: string;
  config: string | undefined;
}

function readOptions(argv: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArguments(
    {
      args: [...argv],
      options: { cmdline: text, config: text, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    },
    USAGE,
  );
  const [iso, output, ...more] = positionals;
  if (iso === undefined || output === undefined || more.length > 0)
    throw new BuildFailure(`name two files, the old ISO and the new one\n${USAGE}`, 2);
  const { cmdline = '', config } = values;
  return { iso: resolve(iso), output: resolve(output), cmdline, config };
}

/** The path of the menu on a medium. */
const MENU = '/boot/grub/grub.cfg';

/**
 * Copies the ISO with another menu and configuration. Everything else stays, its boot loaders too.
 */
function remaster(root: string, { iso, output, cmdline, config }: Options): void {
  if (iso === output)
    throw new BuildFailure('the new ISO cannot replace the old one; name another output', 2);
  if (config !== undefined) checkConfig(root, config);
  const directory = mkdtempSync(join(tmpdir(), 'haos-remaster-'));
  try {
    const menu = join(directory, 'grub.cfg');
    run('xorriso', ['-osirrox', 'on', '-indev', iso, '-extract', MENU, menu]);
    chmodSync(menu, 0o644);
    writeFileSync(menu, addArguments(readFileSync(menu, 'utf8'), cmdline));
    const image = join(directory, 'new.iso');
    const files = [[menu, MENU], ...(config === undefined ? [] : [[config, '/haos/system/config.yaml']])];
    run('xorriso', [
      ...['-indev', iso, '-outdev', image, '-boot_image', 'any', 'replay', '-overwrite', 'on'],
      ...files.flatMap(([from = '', to = '']) => ['-map', from, to, '-chown_r', '0', to, '--']),
    ]);
    copyFileSync(image, output);
    // It may contain secrets.
    if (config !== undefined) chmodSync(output, 0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Nodes would reject an invalid configuration only at boot. */
function checkConfig(root: string, config: string): void {
  const args = [join(root, 'bin/haos.cjs'), 'config', 'validate', '--as', 'system', config];
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new BuildFailure(`${config} is not valid`, 3);
}

function run(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : '';
    throw new BuildFailure(
      `${stderr.trimEnd().split('\n').slice(-3).join('\n')}\n${program} failed: ${reason}`,
    );
  }
}

await runMain(() => {
  try {
    remaster(fileURLToPath(new URL('../..', import.meta.url)), readOptions(process.argv.slice(2)));
  } catch (error) {
    throw error instanceof Error && 'code' in error ? new BuildFailure(error.message) : error;
  }
});
