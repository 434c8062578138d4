import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readVersions } from '../../os/src/versions.js';
import { isOlder } from '../../scripts/setup.mjs';
import { unpackPackages } from '../vm/debian-packages.js';

/** The C library that the prebuilt library of the fuzzer needs. */
const GLIBC = '2.38';

/**
 * Returns the command that starts Node for the fuzzer. Where the C library of the machine is too
 * old, Node starts with that of the Debian which HAOS is made of.
 */
export async function findNodeCommand(root: string): Promise<string[]> {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (!isOlder(header.glibcVersionRuntime ?? '0', GLIBC)) return [process.execPath];
  const libraries = join(await unpackLibraries(root), 'usr/lib/x86_64-linux-gnu');
  return [join(libraries, 'ld-linux-x86-64.so.2'), '--library-path', libraries, process.execPath];
}

/** Unpacks the C and C++ libraries of that Debian, once. */
async function unpackLibraries(root: string): Promise<string> {
  const { suite } = readVersions(root).debian;
  const cache = join(root, '.cache/fuzz');
  const kept = join(cache, `libraries-${suite}`);
  if (existsSync(kept)) return kept;
  mkdirSync(join(root, '.cache/tests/vm'), { recursive: true }); // for the log
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'unpacking-'));
  try {
    const packages = ['libc6', 'libstdc++6'];
    renameSync(await unpackPackages(work, { suite, variant: 'extract', packages }), kept);
  } finally {
    rmSync(work, { recursive: true });
  }
  return kept;
}
