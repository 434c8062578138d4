import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './module.js';

/** One line of the drawing of the layers in docs/architecture.md. */
export interface Layer {
  level: number;
  /** The package's name as the page shows it: `@haos/cc`, `bin/`. */
  name: string;
  /** The packages that it may import. */
  below: readonly string[];
}

/** Reads the drawing of the layers: the page is the rule, so it cannot be out of date. */
export function readDrawing(): Layer[] {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  return page.split('\n').flatMap((line) => {
    const match = /^L(\d) {2}(\S+) +.*?(?: -> (.*))?$/.exec(line);
    if (match === null) return [];
    const below = (match[3] ?? '').split(', ').filter((name) => name !== '');
    return [{ level: Number(match[1]), name: match[2] ?? '', below: below.map((name) => `@haos/${name}`) }];
  });
}

/** Returns the path of a layer's workspace: `packages/cc` of `@haos/cc`, `bin` of `bin/`. */
export function pathOf({ name }: Layer): string {
  return name.startsWith('@haos/') ? `packages/${name.slice('@haos/'.length)}` : name.replace(/\/$/, '');
}
