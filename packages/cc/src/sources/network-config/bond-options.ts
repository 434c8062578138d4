import type { MappingNode } from '../../parse/node.js';
import type { Draft } from './draft.js';
import type { NetworkReader } from './reader.js';
import type { Text } from './text.js';

/** The names that documents give to the options of ip-link(8). */
const NAMES: Readonly<Record<string, string>> = {
  'mii-monitor-interval': 'miimon',
  'transmit-hash-policy': 'xmit_hash_policy',
  'up-delay': 'updelay',
  'down-delay': 'downdelay',
  'fail-over-mac-policy': 'fail_over_mac',
  'primary-reselect-policy': 'primary_reselect',
};
const KNOWN = [
  ...['miimon', 'updelay', 'downdelay', 'min_links', 'lacp_rate', 'ad_select', 'xmit_hash_policy'],
  ...['fail_over_mac', 'primary_reselect'],
];
/** Modes by number (Documentation/networking/bonding.rst of the kernel). */
const MODES = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
];

/** Sets the options of a bond that HAOS has, and reports the others. */
export function setBondOptions(draft: Draft, pairs: MappingNode['pairs'], reader: NetworkReader): void {
  for (const { key, value } of pairs) {
    const text = reader.text(value, key);
    if (text !== undefined) setBondOption(draft, key, text, reader);
  }
}

/**
 * Sets the mode or an option of a bond, in any of its spellings: `bond-mode`, `bond_miimon`,
 * `mii-monitor-interval`.
 */
function setBondOption(draft: Draft, key: string, value: Text, reader: NetworkReader): void {
  const bare = key.replace(/^bond[-_]/, '');
  const name = NAMES[bare] ?? bare.replaceAll('-', '_');
  if (name === 'mode') draft.bondMode = { ...value, text: MODES[Number(value.text)] ?? value.text };
  else if (KNOWN.includes(name)) draft.bondOptions.push({ ...value, text: `${name}=${value.text}` });
  else reader.unused(value, `${key} of a bond`);
}
