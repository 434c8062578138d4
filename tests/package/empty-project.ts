import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { listWorkspaces } from '../../scripts/build.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A part of the output of `npm pack --json`. */
export interface Packed {
  name: string;
  filename: string;
  files: { path: string }[];
}

export interface Manifest {
  private?: boolean;
  bin?: Record<string, string>;
  repository?: { directory: string };
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
}

/** The published workspaces. */
export const WORKSPACES = listWorkspaces(ROOT).filter(({ path }) => readManifest(path).private !== true);

export function run(cwd: string, program: string, args: readonly string[]) {
  return spawnSync(program, args, { cwd, encoding: 'utf8' });
}

export function must(cwd: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = run(cwd, program, args);
  expect(status, `${program} ${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

/**
 * Packs every published workspace as `npm publish` would, and installs them into an otherwise empty
 * project, a new directory below that for temporary files.
 */
export function createProject(): { project: string; packed: Packed[] } {
  const project = mkdtempSync(join(tmpdir(), 'haos-package-'));
  const names = WORKSPACES.flatMap(({ path }) => ['--workspace', path]);
  const packed = JSON.parse(must(ROOT, 'npm', ['pack', '--json', '--pack-destination', project, ...names]));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  );
  const tarballs = readdirSync(project).filter((name) => name.endsWith('.tgz'));
  const options = ['--prefer-offline', '--no-audit', '--no-fund'];
  must(project, 'npm', ['install', ...options, ...tarballs.map((name) => `./${name}`)]);
  return { project, packed };
}
