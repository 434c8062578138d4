import { refuse } from '../apply/refuse.js';
import type { Applier } from '../apply/types.js';
import { DATA_SOURCES } from '../model/values.js';
import { eachItem, type Finding, finding, noEffect, type Rule } from '../rules/rule.js';
import { ownershipLine } from './files/key-file.js';
import { isWrittenByUser } from './files/written-by-user.js';

const CONF = '/etc/conf.d/cloud-config';
const SCRIPT = '/etc/init.d/cloud-config';
const RUNLEVEL_LINK = '/etc/runlevels/boot/cloud-config';
const FIRST_LINE = ownershipLine('haos.data_sources');

/**
 * Configures the service that reads the data sources, and adds it to the boot runlevel if the image
 * has it. Without data sources, removes what an earlier run created.
 */
export const dataSources: Applier = {
  name: 'data-sources',
  keys: ['haos.data_sources'],
  always: true,
  async apply(config, context) {
    if (isWrittenByUser(config, CONF)) return;
    const { files } = context.host;
    const names: string[] = [];
    const wanted: readonly string[] = config.haos?.dataSources ?? [];
    for (const [index, name] of wanted.entries()) {
      if (name === '' || names.includes(name)) continue;
      await context.attempt(() => {
        refuse(checkDataSource(name, `/haos/dataSources/${index}`), 'HAOS_CC_DATA_SOURCE');
        names.push(name);
      });
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

/** Reports invalid items of `haos.data_sources`. */
export const dataSourcesRule: Rule = ({ haos }) =>
  eachItem(haos?.dataSources, '/haos/dataSources', checkDataSource);

/** Checks one item. An empty item is ignored. */
function checkDataSource(name: string, pointer: string): Finding[] {
  if (name === '') return [];
  if (!DATA_SOURCES.some((known) => known === name))
    return finding(
      'unsupported-data-source',
      pointer,
      `unknown data source ${JSON.stringify(name)}`,
      `Use one of ${DATA_SOURCES.join(', ')}.`,
    );
  if (name !== 'packet') return [];
  return noEffect(
    pointer,
    'the metadata service of packet (Equinix Metal) ended on 30 June 2026',
    'Remove it.',
  );
}
