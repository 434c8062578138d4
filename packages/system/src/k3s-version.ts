import type { Host } from '@haos/host';
import { isHaosError } from '@haos/host';
import { versionDirectory } from './components.js';

/** The name of a component that the image builder named after its version. */
const NAMED_BY_VERSION = /^v?\d+\.\d+\.\d+/;
/** The first line of `k3s --version` is `k3s version v1.36.4+k3s1 (<commit>)`. */
const PRINTED = /^k3s version (v\d+\.\d+\.\d+\S*)/;
/** Milliseconds. The program is large, and a boot medium may be slow. */
const LIMIT = 20_000;

/**
 * Returns the version of the k3s with this name in a system directory, as the program prints it:
 * from the record that the image builder stores beside it, else from the name, else from the
 * program itself. Undefined if all of them fail, as on a host that cannot run the program.
 */
export async function readK3sVersion(
  host: Host,
  directory: string,
  name: string | undefined,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const place = versionDirectory(directory, 'k3s', name);
  const recorded = readRecord(host, `${place}/k3s.json`) ?? (isNamedByVersion(name) ? name : undefined);
  return recorded ?? (await ask(host, `${place}/k3s`));
}

function readRecord(host: Host, path: string): string | undefined {
  try {
    const { version } = JSON.parse(host.files.readTextIfExists(path) ?? '{}') as { version?: unknown };
    return typeof version === 'string' && isNamedByVersion(version) ? version : undefined;
  } catch (error) {
    if (isHaosError(error)) throw error;
    return undefined;
  }
}

/** Returns whether the name of a component contains its version. */
export function isNamedByVersion(name: string): boolean {
  return NAMED_BY_VERSION.test(name);
}

async function ask(host: Host, program: string): Promise<string | undefined> {
  if (host.files.stat(program)?.type !== 'file') return undefined;
  try {
    const { stdout } = await host.run(program, ['--version'], { readOnly: true, timeout: LIMIT });
    return PRINTED.exec(stdout)?.[1];
  } catch (error) {
    if (!isHaosError(error)) throw error;
    return undefined;
  }
}
