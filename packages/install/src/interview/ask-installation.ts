import type { CloudConfig } from '@haos/cc';
import { readConfig } from '@haos/cc/internal';
import type { Prompter } from '@haos/questions';
import type { PreflightOptions } from '../preflight.js';
import { askConfigFile } from './ask-config-file.js';
import { askDevice } from './ask-device.js';
import { askLogin } from './ask-login.js';
import { askRole } from './ask-role.js';
import { askWifi } from './ask-wifi.js';

/** What was asked; the rest of the options is as it was. */
export type InstallAnswers = Pick<PreflightOptions, 'device' | 'configUrl' | 'answers'>;

/**
 * Asks for what an installation needs and neither its options nor the running system's configuration says: the disk, a configuration
 * file, and without one who may log in, wireless networks, and what k3s is. Fails like the questions.
 */
export async function askInstallation(
  prompter: Prompter,
  options: PreflightOptions,
): Promise<InstallAnswers> {
  const { host, minimumSize } = options;
  // Without formatting it is the partition with the label, or one that was named.
  const asksDevice = options.device === undefined && options.format !== false;
  const device = asksDevice
    ? await askDevice(prompter, host, minimumSize ? { minimumSize } : {})
    : options.device;
  const configUrl = options.configUrl ?? (await askConfigFile(prompter, host, options));
  if (configUrl !== undefined) return { ...(device && { device }), configUrl };
  const { config } = await readConfig(host);
  return { ...(device && { device }), answers: await askConfiguration(prompter, { ...options, config }) };
}

async function askConfiguration(
  prompter: Prompter,
  { host, config }: Pick<PreflightOptions, 'host'> & { config: CloudConfig },
): Promise<CloudConfig> {
  const login = await askLogin(prompter, config);
  const wifi = config.haos?.wifi?.length ? [] : await askWifi(prompter, host);
  const role = await askRole(prompter, config.haos);
  return { ...login, haos: { ...login.haos, ...(wifi.length > 0 && { wifi }), ...role } };
}
