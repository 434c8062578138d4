import { type ParseArgsConfig, parseArgs } from 'node:util';
import { BuildFailure } from './failure.js';

/**
 * Parses arguments as `parseArgs` does. Throws a BuildFailure with the usage for wrong arguments,
 * and with status 0 for --help.
 */
export function parseArguments<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    const parsed = parseArgs(config);
    if ('help' in parsed.values) throw new BuildFailure(usage, 0);
    return parsed;
  } catch (error) {
    if (error instanceof BuildFailure) throw error;
    throw new BuildFailure(`${error instanceof Error ? error.message : String(error)}\n${usage}`, 2);
  }
}
