import type { Host } from '@haos/host';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { Wifi } from '../../generated/types.js';
import {
  eachItem,
  type Finding,
  finding,
  hasControls,
  isLonger,
  missing,
  type Rule,
} from '../../rules/rule.js';
import { formatKeyFileValue, ownershipLine, setKeyFileValue } from '../files/key-file.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { ownerForConnman } from './connman-files.js';

const SETTINGS = '/var/lib/connman/settings';
const NETWORKS = '/var/lib/connman/cloud-config.config';
const FIRST_LINE = ownershipLine('haos.wifi');

/**
 * Writes wireless networks to a provisioning file of connman (connman-service.config(5)), which
 * connman watches, and turns wireless on. If no network is configured any more, it removes the file
 * but leaves wireless on, because the user may have turned it on.
 */
export const wifi: Applier = {
  name: 'wifi',
  keys: ['haos.wifi'],
  always: true,
  async apply(config, context) {
    const networks = config.haos?.wifi ?? [];
    if (!isWrittenByUser(config, NETWORKS)) await writeNetworks(networks, context);
    if (networks.length > 0 && !isWrittenByUser(config, SETTINGS))
      await context.attempt(() => enable(context));
  },
};

async function writeNetworks(networks: readonly Wifi[], context: ApplyContext): Promise<void> {
  const { host, incomplete } = context;
  const sections: string[] = [];
  for (const [index, network] of networks.entries()) {
    await context.attempt(() => {
      refuse(checkNetwork(network, `/haos/wifi/${index}`), 'HAOS_CC_WIFI');
      sections.push(renderNetwork(network, index));
    });
  }
  if (sections.length > 0) {
    const text = `${FIRST_LINE}\n\n${sections.join('\n')}`;
    const owner = ownerForConnman(host);
    host.files.write(NETWORKS, text, { mode: 0o600, owner, secret: true });
  } else if (!incomplete && isOurs(host)) {
    host.files.remove(NETWORKS);
  }
}

function renderNetwork(network: Wifi, index: number): string {
  const key = `haos.wifi[${index}]`;
  const lines = [`[service_wifi${index}]`, 'Type=wifi', formatName(network.name ?? '', `${key}.name`)];
  if (network.passphrase) {
    lines.push(`Passphrase=${formatKeyFileValue(network.passphrase, `${key}.passphrase`)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Reports invalid networks of `haos.wifi`. Messages do not contain a passphrase. */
export const wifiRule: Rule = ({ haos }) => eachItem(haos?.wifi, '/haos/wifi', checkNetwork);

function checkNetwork({ name, passphrase }: Wifi, pointer: string): Finding[] {
  return [...checkName(name, pointer), ...checkPassphrase(passphrase, `${pointer}/passphrase`)];
}

function checkName(name: string | undefined, pointer: string): Finding[] {
  if (!name) return missing(pointer, 'a network needs a name', 'Add `name: SSID`.');
  if (hasControls(name)) return [controls(`${pointer}/name`)];
  if (!isLonger(name, 32)) return [];
  return finding('invalid-wifi', `${pointer}/name`, 'a network name has at most 32 bytes');
}

/**
 * Checks a passphrase: 8 to 63 characters, or the key itself as 64 hexadecimal digits (IEEE 802.11,
 * annex J.4).
 */
function checkPassphrase(passphrase: string | undefined, pointer: string): Finding[] {
  if (!passphrase) return [];
  if (hasControls(passphrase)) return [controls(pointer)];
  if (passphrase.length >= 8 && passphrase.length <= 63) return [];
  if (/^[0-9a-fA-F]{64}$/.test(passphrase)) return [];
  return finding(
    'invalid-wifi',
    pointer,
    'a passphrase has 8 to 63 characters',
    'Leave it out for an open network.',
  );
}

function controls(pointer: string): Finding {
  return {
    code: 'invalid-wifi',
    pointer,
    failure: 'HAOS_CC_CONNMAN_VALUE',
    message: 'it has a line break or another control character',
    hint: 'Write it on one line.',
  };
}

/**
 * Formats a network name. connman drops blanks at the end of a name, so such a name is written as
 * bytes.
 */
function formatName(name: string, key: string): string {
  const value = formatKeyFileValue(name, key);
  return name === name.trim() ? `Name=${value}` : `SSID=${hexOf(name)}`;
}

function hexOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isOurs(host: Host): boolean {
  return host.files.readTextIfExists(NETWORKS)?.startsWith(`${FIRST_LINE}\n`) ?? false;
}

/**
 * Turns wireless on. A running connman writes its settings when it exits, so the file may be
 * changed only while connman is stopped.
 */
async function enable(context: ApplyContext): Promise<void> {
  const before = context.host.files.readTextIfExists(SETTINGS) ?? '';
  const after = setKeyFileValue(before, { section: 'WiFi', key: 'Enable', value: 'true' });
  if (after === before) return;
  if (context.phase === 'runtime') await context.host.run('connmanctl', ['enable', 'wifi']);
  else context.host.files.write(SETTINGS, after, { mode: 0o600 });
}
