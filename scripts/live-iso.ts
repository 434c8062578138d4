import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { npmProgram, StepFailure } from './run.mjs';

/**
 * Builds the stale parts of the ISO with the builder's options and shows its progress; resolves to
 * the path.
 */
export async function buildIso(root: string, options: readonly string[] = []): Promise<string> {
  const child = spawn(npmProgram(root, 'tsx'), ['os/src/main.ts', '--only', 'iso', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const status = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  let directory = '';
  for await (const line of createInterface({ input: child.stdout })) {
    // The last line is the result; the others are progress, which is printed at once.
    if (line.startsWith('/')) directory = line;
    else console.log(line);
  }
  if ((await status) !== 0)
    throw new StepFailure('the image build failed; the lines above show why', await status);
  return join(directory, 'haos.iso');
}

/** Returns whether an ISO has k3s. */
export function hasK3s(iso: string): boolean {
  const { stdout } = spawnSync(
    'xorriso',
    ['-indev', iso, '-find', '/haos/system/k3s', '-name', 'k3s', '-type', 'f'],
    {
      encoding: 'utf8',
    },
  );
  return stdout.includes('/k3s');
}

/**
 * Returns arguments of a machine that boots an ISO with a custom kernel command line. The ISO is
 * its disc; kernel and initrd are copied from it to `directory`. The system itself comes from the
 * disc, as always.
 */
export function liveArguments(iso: string, directory: string, words: readonly string[]): string[] {
  const kernel = join(directory, 'kernel');
  rmSync(kernel, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const from = '/haos/system/kernel';
  execFileSync('xorriso', ['-osirrox', 'on', '-indev', iso, '-extract', from, kernel], { stdio: 'ignore' });
  return [
    ...['-kernel', join(kernel, 'current/vmlinuz'), '-initrd', join(kernel, 'current/initrd')],
    ...['-append', cmdlineOf(words), '-cdrom', iso],
  ];
}

/**
 * Returns the command line of the ISO's menu, with the serial line as the only console. A shell
 * would remove the quotes that the kernel needs around blanks.
 */
function cmdlineOf(words: readonly string[]): string {
  const hasMode = words.some((word) => word === 'rescue' || /^haos\.mode=/i.test(word));
  const quoted = words.map((word) => (/^[^"]*\s[^"]*$/.test(word) ? word.replace(/=(.*)/s, '="$1"') : word));
  const mode = hasMode ? [] : ['haos.mode=live'];
  return ['console=ttyS0,115200', 'printk.devkmsg=on', 'loglevel=4', ...quoted, ...mode].join(' ');
}
