import { chmodSync, copyFileSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listTree } from './tree.js';

/** Copies a tree over another. Owners and modes of a checkout mean nothing, except whether a file is a program. */
export function copyOverlay(from: string, to: string): void {
  for (const path of listTree(from)) {
    const source = join(from, path);
    const target = join(to, path);
    const stat = lstatSync(source);
    if (stat.isDirectory()) mkdirSync(target, { recursive: true });
    else if (stat.isSymbolicLink()) placeLink(target, readlinkSync(source));
    else {
      rmSync(target, { force: true }); // never through a link that is there
      copyFileSync(source, target);
      chmodSync(target, stat.mode & 0o100 ? 0o755 : 0o644);
    }
  }
}

/** Makes a link, in place of what is there. */
export function placeLink(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}
