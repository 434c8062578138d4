import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { digestFiles } from './container-images.js';
import { CACHE, goBuild } from './k3s.js';

const MODULE = 'manifest-tools';

/** Returns a tool that its `go.mod` pins; it is built once per content and kept. */
export function buildTool(name: string, target: string): string {
  const program = join(CACHE, `${name}-${digestFiles([join(import.meta.dirname, MODULE, 'go.sum')])}`);
  if (!existsSync(program)) goBuild(MODULE, program, [], [], target);
  return program;
}
