import { refuse } from '../../apply/refuse.js';
import type { Applier } from '../../apply/types.js';
import { invalid, type Rule } from '../../rules/rule.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { findSimilarTimeZone, timeZones } from './time-zones.js';

const LOCALTIME = '/etc/localtime';
const NAME = '/etc/timezone';

/** The time zone, as localtime(5) has it, and its name for programs that look for that. */
export const timezone: Applier = {
  name: 'timezone',
  keys: ['haos.timezone'],
  apply(config, { host }) {
    const zone = config.haos?.timezone;
    if (!zone) return;
    refuse(timezoneRule(config), 'HAOS_CC_TIMEZONE');
    if (!isWrittenByUser(config, LOCALTIME)) host.files.link(LOCALTIME, `/usr/share/zoneinfo/${zone}`);
    if (!isWrittenByUser(config, NAME)) host.files.write(NAME, `${zone}\n`, { mode: 0o644 });
  },
};

/** What is wrong with `haos.timezone`; an empty one counts as absent. */
export const timezoneRule: Rule = ({ haos }) => {
  const zone = haos?.timezone;
  const known = zone ? timeZones() : [];
  if (!zone || known.includes(zone)) return [];
  const similar = findSimilarTimeZone(zone);
  return invalid(
    '/haos/timezone',
    `the image has no time zone ${JSON.stringify(zone)}`,
    similar === undefined ? 'Write a name such as Europe/Berlin, or UTC.' : `Did you mean ${similar}?`,
  );
};
