import { chmodSync, copyFileSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listTree } from './tree.js';

/**
 * Copies a tree over another. Of the modes in a checkout only the executable bit counts; owners do
 * not.
 */
export function copyOverlay(from: string, to: string): void {
  for (const path of listTree(from)) {
    const source = join(from, path);
    const target = join(to, path);
    const stat = lstatSync(source);
    if (stat.isDirectory()) mkdirSync(target, { recursive: true });
    else if (stat.isSymbolicLink()) placeLink(target, readlinkSync(source));
    else {
      rmSync(target, { force: true }); // never write through an existing link
      copyFileSync(source, target);
      chmodSync(target, stat.mode & 0o100 ? 0o755 : 0o644);
    }
  }
}

/** Copies a file, and makes the directories above it. Default: the mode of the file. */
export function placeFile(from: string, target: string, mode?: number): void {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
  if (mode !== undefined) chmodSync(target, mode);
}

/** Creates a link, and replaces an existing file. */
export function placeLink(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}
