import { HaosError } from '@haos/system';
import type { Applier } from '../apply/types.js';
import type { CcErrorCode } from '../errors.js';
import { DATA_SOURCES } from '../schema.js';
import { ownershipLine } from './key-file.js';
import { isWrittenByUser } from './written-by-user.js';

const CONF = '/etc/conf.d/cloud-config';
const SCRIPT = '/etc/init.d/cloud-config';
const RUNLEVEL_LINK = '/etc/runlevels/boot/cloud-config';
const FIRST_LINE = ownershipLine('haos.data_sources');

/**
 * Configures the service that asks the data sources, and puts it into the boot runlevel where the image has it. Without
 * data sources what an earlier run made is removed.
 */
export const dataSources: Applier = {
  name: 'data-sources',
  keys: ['haos.data_sources'],
  always: true,
  async apply(config, context) {
    if (isWrittenByUser(config, CONF)) return;
    const { files } = context.host;
    const names: string[] = [];
    for (const name of new Set(config.haos?.dataSources ?? [])) {
      if (name !== '') await context.attempt(() => void names.push(checkName(name)));
    }
    if (names.length > 0) {
      files.write(CONF, `${FIRST_LINE}\ncommand_args="${names.join(' ')}"\n`, { mode: 0o644 });
      if (files.stat(SCRIPT) !== undefined) files.link(RUNLEVEL_LINK, SCRIPT);
    } else if (files.readTextIfExists(CONF)?.startsWith(`${FIRST_LINE}\n`)) {
      files.remove(RUNLEVEL_LINK);
      files.remove(CONF);
    }
  },
};

function checkName(name: string): string {
  if (DATA_SOURCES.some((known) => known === name)) return name;
  throw new HaosError<CcErrorCode>('HAOS_CC_DATA_SOURCE', `unknown data source ${JSON.stringify(name)}`, {
    hint: `Use one of ${DATA_SOURCES.join(', ')}.`,
  });
}
