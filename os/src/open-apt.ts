import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHostApt } from './host-apt.js';
import type { StepContext } from './step.js';

/**
 * Sets up an apt for the packages of the image, separate from that of this machine. It verifies
 * what it downloads, and keeps its files in `work`. Resolves to the options of its commands.
 *
 * @param components Beside `main`.
 */
export async function openApt(
  { options, versions, run }: StepContext,
  work: string,
  components: readonly string[] = [],
): Promise<string[]> {
  const { sources, options: relaxed } = await readHostApt(versions.debian.suite, run, components);
  const dir = (name: string) => {
    mkdirSync(join(work, name), { recursive: true });
    return join(work, name);
  };
  dir('lists/partial');
  writeFileSync(join(work, 'sources.list'), sources);
  const settings = [
    ['Dir::State', dir('state')],
    ['Dir::State::lists', dir('lists')],
    ['Dir::State::status', '/dev/null'],
    ['Dir::Cache', dir('cache')],
    ['Dir::Etc::sourcelist', join(work, 'sources.list')],
    ['Dir::Etc::sourceparts', '-'],
    ['APT::Architecture', options.architecture],
    ['APT::Architectures', options.architecture],
    ['APT::Sandbox::User', 'root'],
    ...relaxed.map((option) => option.replaceAll('"', '').split(' ')),
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await run('apt-get', [...settings, 'update']);
  return settings;
}
