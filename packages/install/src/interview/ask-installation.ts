import type { CloudConfig } from '@haos/cc';
import { readConfig } from '@haos/cc/internal';
import type { Prompter } from '@haos/questions';
import type { PreflightOptions } from '../preflight.js';
import { askConfigFile } from './ask-config-file.js';
import { askDevice } from './ask-device.js';
import { askLogin } from './ask-login.js';
import { askRole } from './ask-role.js';
import { askWifi } from './ask-wifi.js';

/** The options that were asked for; the others are unchanged. */
export type InstallAnswers = Pick<PreflightOptions, 'device' | 'configUrl' | 'answers'>;

/**
 * Asks for everything that an installation needs and that neither its options nor the configuration
 * of the running system sets: the disk and a configuration file or, without a file, who may log in,
 * wireless networks, and the role of k3s. Fails like the questions.
 */
export async function askInstallation(
  prompter: Prompter,
  options: PreflightOptions,
): Promise<InstallAnswers> {
  const { host, minimumSize } = options;
  // Without formatting, the partition has the label or is named.
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
