import { type CloudConfig, type Issue, validate, validateResult } from '@haos/cc';
import { dumpYaml, readConfig } from '@haos/cc/internal';
import { type Host, isHaosError, type ProxySettings, redactUrl } from '@haos/host';
import type { Check } from '@haos/system';

/** The content of the installed system's `/haos/system/config.yaml`. */
export interface Configuration {
  /** YAML without the `install` section. It may contain secrets. */
  text: string;
  /** Written only if the installed system has no configuration yet. Default false. */
  isFallback?: boolean;
}

export interface ConfigurationOptions {
  /**
   * An http or https URL, or an absolute path. Default: the configuration of the running system.
   */
  configUrl?: string | undefined;
  /** Configuration to install in addition to that of the running system; not with `configUrl`. */
  answers?: CloudConfig;
  /** Accept a downloaded configuration that configures nothing. Default false. */
  allowEmptyConfig?: boolean;
  /**
   * Write the configuration only if the installed system has none yet. Default: true without a
   * `configUrl`.
   */
  keepConfig?: boolean;
  proxy?: ProxySettings;
  signal?: AbortSignal;
}

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
  const { configUrl } = options;
  if (configUrl === undefined) return findEffective(host, options.answers);
  const name = redactUrl(configUrl) === '(invalid URL)' ? configUrl : redactUrl(configUrl);
  try {
    return await checkFetched(await fetchText(host, configUrl, options), name, options);
  } catch (error) {
    if (!isHaosError(error) || options.signal?.aborted) throw error;
    const where = configUrl.startsWith('/') ? 'path' : 'address and the network';
    const hint = error.hint ?? `Check the ${where}.`;
    return { check: { id: 'config', ok: false, message: error.message, hint }, issues: [], texts: new Map() };
  }
}

async function fetchText(
  host: Host,
  url: string,
  { proxy, signal }: ConfigurationOptions,
): Promise<Uint8Array> {
  if (url.startsWith('/')) return host.files.read(url);
  const { body } = await host.fetch(url, { ...(proxy && { proxy }), ...(signal && { signal }) });
  return body;
}

async function checkFetched(
  content: Uint8Array,
  name: string,
  { allowEmptyConfig = false, keepConfig = false }: ConfigurationOptions,
): Promise<FoundConfiguration> {
  const { config, issues, texts } = validate({ file: name, content });
  const found = { issues, texts };
  if (issues.some(({ severity }) => severity === 'error')) return { ...found, check: invalid(name) };
  if (isEmpty(config) && !allowEmptyConfig) {
    const hint = 'Check the address, or allow an empty configuration.';
    return { ...found, check: { id: 'config', ok: false, message: `${name} configures nothing`, hint } };
  }
  // Keep the text with its comments if nothing has to be left out.
  const isWhole = config.haos?.install === undefined;
  const text = isWhole ? Buffer.from(content).toString('utf8') : await dumpYaml(config);
  return {
    ...found,
    check: {
      id: 'config',
      ok: true,
      message: isEmpty(config) ? describeEmpty(keepConfig) : `${name} is valid`,
    },
    configuration: { text, ...(keepConfig && { isFallback: true }) },
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
  return { ...found, check: { id: 'config', ok: true, message }, configuration: { text, isFallback } };
}

function describeEmpty(keepConfig: boolean): string {
  const what = keepConfig ? 'an existing configuration is kept' : 'login to this node will not be possible';
  return `nothing is configured: ${what}`;
}

function invalid(name: string): Check {
  return { id: 'config', ok: false, message: `${name} is not valid`, hint: 'Correct the reported errors.' };
}

function isEmpty({ haos = {}, ...rest }: CloudConfig): boolean {
  const { install: _install, ...ours } = haos;
  return Object.keys(rest).length === 0 && Object.keys(ours).length === 0;
}
