import { type CloudConfig, type Issue, validate, validateResult } from '@haos/cc';
import { dumpYaml, readConfig } from '@haos/cc/internal';
import { type FetchOptions, type Host, redactUrl } from '@haos/host';
import type { Check } from '@haos/system';
import { checkOfError, failed, passed } from '@haos/system/internal';
import type { ConfigSource } from './options.js';

/** The content of the installed system's `/haos/system/config.yaml`. */
export interface Configuration {
  /** YAML without the `install` section. It may contain secrets. */
  text: string;
  /** Written only if the installed system has no configuration yet. Default false. */
  isFallback?: boolean;
}

export type ConfigurationOptions = ConfigSource & Pick<FetchOptions, 'proxy' | 'signal'>;

export interface FoundConfiguration {
  check: Check;
  configuration?: Configuration;
  /** The issues of the configuration. */
  issues: readonly Issue[];
  texts: ReadonlyMap<string, string>;
}

/** Downloads or collects the configuration, and validates it. */
export async function findConfiguration(
  host: Host,
  options: ConfigurationOptions,
): Promise<FoundConfiguration> {
  const { url, signal } = options;
  if (url === undefined) return findEffective(host, options.answers);
  const name = redactUrl(url) === '(invalid URL)' ? url : redactUrl(url);
  try {
    return await checkFetched(await fetchText(host, url, options), name, options);
  } catch (error) {
    const hint = `Check the ${url.startsWith('/') ? 'path' : 'address and the network'}.`;
    return { check: checkOfError(error, { id: 'config', hint, signal }), issues: [], texts: new Map() };
  }
}

async function fetchText(
  host: Host,
  url: string,
  { proxy, signal }: ConfigurationOptions,
): Promise<Uint8Array> {
  if (url.startsWith('/')) return host.files.read(url);
  const { body } = await host.fetch(url, { proxy, signal });
  return body;
}

async function checkFetched(
  content: Uint8Array,
  name: string,
  { allowEmpty = false, keep = false }: ConfigSource,
): Promise<FoundConfiguration> {
  const { config, issues, texts } = validate({ file: name, content });
  const found = { issues, texts };
  if (issues.some(({ severity }) => severity === 'error')) return { ...found, check: invalid(name) };
  if (isEmpty(config) && !allowEmpty) {
    const hint = 'Check the address, or allow an empty configuration.';
    return { ...found, check: failed('config', `${name} configures nothing`, hint) };
  }
  // Keep the text with its comments if nothing has to be left out.
  const isWhole = config.haos?.install === undefined;
  const text = isWhole ? Buffer.from(content).toString('utf8') : await dumpYaml(config);
  return {
    ...found,
    check: passed('config', isEmpty(config) ? describeEmpty(keep) : `${name} is valid`),
    configuration: { text, ...(keep && { isFallback: true }) },
  };
}

async function findEffective(host: Host, answers: CloudConfig = {}): Promise<FoundConfiguration> {
  const result = await readConfig(host);
  // Arguments of the boot scripts are not keys.
  const issues = validateResult(result).issues.filter(
    ({ code, origin }) => code !== 'unknown-key' || origin?.source !== 'cmdline',
  );
  const answered = validate({ file: 'the answers', content: await dumpYaml(answers) });
  issues.push(...answered.issues);
  const found = { issues, texts: new Map([...result.texts, ...answered.texts]) };
  if (issues.some(({ severity }) => severity === 'error'))
    return { ...found, check: invalid('the configuration of this system') };
  const { config } = result;
  const text = await dumpYaml({ ...config, ...answers, haos: { ...config.haos, ...answers.haos } });
  const message = 'the configuration of this system is valid';
  const isFallback = Object.keys(answers).length === 0;
  return { ...found, check: passed('config', message), configuration: { text, isFallback } };
}

function describeEmpty(keep: boolean): string {
  const what = keep ? 'an existing configuration is kept' : 'login to this node will not be possible';
  return `nothing is configured: ${what}`;
}

function invalid(name: string): Check {
  return failed('config', `${name} is not valid`, 'Correct the reported errors.');
}

function isEmpty({ haos = {}, ...rest }: CloudConfig): boolean {
  const { install: _install, ...ours } = haos;
  return Object.keys(rest).length === 0 && Object.keys(ours).length === 0;
}
