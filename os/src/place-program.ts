import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RunCommand } from './command.js';

/** Copies a program of a userland to `bin` of a tree, and its libraries to their places. */
export async function placeProgram(
  run: RunCommand,
  program: string,
  { userland, tree }: { userland: string; tree: string },
): Promise<void> {
  mkdirSync(join(tree, 'bin'), { recursive: true });
  copyFileSync(join(userland, program), join(tree, 'bin', basename(program)));
  for (const library of await listLibraries(run, program, userland)) {
    mkdirSync(join(tree, dirname(library)), { recursive: true });
    copyFileSync(join(userland, library), join(tree, library));
  }
}

/** Returns the paths of the libraries that a program of a userland loads. */
async function listLibraries(run: RunCommand, program: string, userland: string): Promise<string[]> {
  const text = await run('chroot', [userland, '/usr/bin/ldd', program]);
  return [...text.matchAll(/\/lib\S+/g)].map(([library]) => library);
}

/** Copies a module of a kernel without its compression. */
export async function placeModule(run: RunCommand, from: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  if (from.endsWith('.xz')) await run('sh', ['-c', 'xz -dc "$1" >"$2"', 'sh', from, target]);
  else if (from.endsWith('.zst')) await run('zstd', ['-q', '-d', from, '-o', target]);
  else copyFileSync(from, target);
  chmodSync(target, 0o644);
}
