import { DATA_SOURCES, dumpYaml } from '@haos/cc/internal';

/** Its service has ended. */
const ENDED = 'packet';

/**
 * Returns the configuration of an image that is made without one: the node asks a drive, then every
 * cloud. The drive comes first, because a machine with a drive often runs in no cloud, and each
 * cloud that does not answer costs seconds.
 */
export function renderImageConfig(): Promise<string> {
  const clouds = DATA_SOURCES.filter((name) => name !== 'cdrom' && name !== ENDED);
  return dumpYaml({ haos: { dataSources: ['cdrom', ...clouds] } });
}
