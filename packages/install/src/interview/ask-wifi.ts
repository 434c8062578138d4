import type { Wifi } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import { ask, askSecret, type Prompter } from '@haos/questions';
import { checkAnswer } from './check-answer.js';

/**
 * Asks for wireless networks until a name is empty; asks for none if the machine has no wireless
 * device.
 */
export async function askWifi(prompter: Prompter, host: Host): Promise<Wifi[]> {
  if (!hasWireless(host)) return [];
  const networks: Wifi[] = [];
  for (;;) {
    const path = `wifi.${networks.length}`;
    const name = await ask(prompter, {
      name: `${path}.name`,
      message: networks.length === 0 ? 'Name of a WiFi network' : 'Name of another WiFi network',
      optional: true,
      validate: (answer) => checkAnswer({ haos: { wifi: [{ name: answer }] } }),
    });
    if (name === '') return networks;
    const passphrase = await askSecret(prompter, {
      name: `${path}.passphrase`,
      message: `Passphrase of ${name}, empty for an open network`,
      optional: true,
      validate: (answer) => checkAnswer({ haos: { wifi: [{ name, passphrase: answer }] } }),
    });
    networks.push({ name, ...(passphrase && { passphrase }) });
  }
}

/** Looks for the directory that the kernel gives each wireless device in sysfs. */
function hasWireless({ files }: Host): boolean {
  const directory = '/sys/class/net';
  if (files.stat(directory) === undefined) return false;
  return files.list(directory).some((name) => files.stat(`${directory}/${name}/phy80211`) !== undefined);
}
