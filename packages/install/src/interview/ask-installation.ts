import type { CloudConfig } from '@haos/cc';
import { readConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import { askSecret, type Prompter } from '@haos/questions';
import type { EncryptOptions, Installation, TargetOptions } from '../options.js';
import { checkPassphrase } from '../passphrase.js';
import type { PreflightOptions } from '../preflight.js';
import { askConfigFile } from './ask-config-file.js';
import { askDevice } from './ask-device.js';
import { askLogin } from './ask-login.js';
import { askRole } from './ask-role.js';
import { askWifi } from './ask-wifi.js';

/**
 * Asks for everything that an installation needs and that neither its options nor the configuration
 * of the running system sets: the disk, the passphrase of encrypted data, and a configuration file
 * or, without a file, who may log in, wireless networks, and the role of k3s. Resolves to where the
 * installation goes and its configuration, with the answers. Fails like the questions.
 */
export async function askInstallation(
  prompter: Prompter,
  options: PreflightOptions,
): Promise<Required<Pick<Installation, 'target' | 'config'>>> {
  const { host, target = {}, config = {} } = options;
  // Without formatting, the partition has the label or is named.
  const asksDevice = target.device === undefined && target.format !== false;
  const device = asksDevice ? await askDevice(prompter, host, target) : target.device;
  const encrypt = await askPassphrase(prompter, target);
  const place = { ...target, ...(device !== undefined && { device }), ...(encrypt && { encrypt }) };
  const url = config.url ?? (await askConfigFile(prompter, host, { ...options, ...config }));
  if (url !== undefined) return { target: place, config: { ...config, url } };
  const { config: configured } = await readConfig(host);
  const answers = await askConfiguration(prompter, host, configured);
  return { target: place, config: { ...config, answers } };
}

/** Asks for the passphrase of the data if they are to be encrypted and no file has it. */
async function askPassphrase(
  prompter: Prompter,
  { encrypt, format }: TargetOptions,
): Promise<EncryptOptions | undefined> {
  if (!encrypt || format === false || encrypt.passphraseFile !== undefined) return encrypt;
  const passphrase = await askSecret(prompter, {
    name: 'passphrase',
    message: `Passphrase for the encrypted data, which the console asks for at ${encrypt.tpm ? 'the first' : 'each'} boot`,
    validate: checkPassphrase,
  });
  return { ...encrypt, passphrase };
}

async function askConfiguration(prompter: Prompter, host: Host, config: CloudConfig): Promise<CloudConfig> {
  const login = await askLogin(prompter, config);
  const wifi = config.haos?.wifi?.length ? [] : await askWifi(prompter, host);
  const role = await askRole(prompter, config.haos);
  return { ...login, haos: { ...login.haos, ...(wifi.length > 0 && { wifi }), ...role } };
}
