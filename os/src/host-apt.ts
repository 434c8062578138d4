import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AptSource, parseAptSources, sourcesFor } from './apt-sources.js';
import type { RunCommand } from './command.js';
import { BuildFailure } from './failure.js';

/**
 * The apt configuration of the build machine. It defines where packages come from, and is never
 * written to the repository.
 */
export interface HostApt {
  /** Text of a sources.list for the release. */
  sources: string;
  /** Options for apt, such as `Acquire::Check-Valid-Until "false"`. */
  options: readonly string[];
}

/**
 * Signatures are always verified. Their dates may be relaxed if this machine's apt asks for that.
 */
const RELAXABLE = ['Acquire::Check-Valid-Until', 'Acquire::Check-Date'];

/**
 * Reads the machine's apt configuration, for main and other components. Throws a BuildFailure if it
 * has no Debian mirror.
 */
export async function readHostApt(
  suite: string,
  run: RunCommand,
  components: readonly string[] = [],
): Promise<HostApt> {
  const own = listFiles().flatMap((file): AptSource[] => parseAptSources(readFileSync(file, 'utf8')));
  const ownSuite = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const sources = sourcesFor(suite, own, { ownSuite, components });
  if (sources === '') throw new BuildFailure("this machine's apt has no Debian mirror; see docs/building.md");
  const dump = await run('apt-config', ['dump', '--format', '%f=%v%n']);
  const isRelaxed = (name: string) => dump.split('\n').includes(`${name}=false`);
  return { sources, options: RELAXABLE.filter(isRelaxed).map((name) => `${name} "false"`) };
}

function listFiles(): string[] {
  const directory = '/etc/apt/sources.list.d';
  const parts = existsSync(directory) ? readdirSync(directory).sort() : [];
  return ['/etc/apt/sources.list', ...parts.map((name) => `${directory}/${name}`)].filter(
    (file) => existsSync(file) && /\.(list|sources)$/.test(file),
  );
}
