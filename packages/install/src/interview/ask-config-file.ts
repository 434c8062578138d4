import type { Host } from '@haos/host';
import { ask, type Prompter } from '@haos/questions';
import { type ConfigurationOptions, findConfiguration } from '../configuration.js';

/** Asks for the address of a valid configuration; returns undefined if the person has none. */
export async function askConfigFile(
  prompter: Prompter,
  host: Host,
  options: ConfigurationOptions,
): Promise<string | undefined> {
  const answer = await ask(prompter, {
    name: 'config',
    message: 'Cloud-init file, path or URL; empty to answer questions instead',
    optional: true,
    validate: (url) => findProblem(host, { ...options, url }),
  });
  return answer || undefined;
}

async function findProblem(
  host: Host,
  options: ConfigurationOptions & { url: string },
): Promise<string | undefined> {
  if (!/^(\/|https?:\/\/)/.test(options.url)) return 'it must be an absolute path or an http(s) URL';
  const { check, issues } = await findConfiguration(host, options);
  if (check.ok) return undefined;
  const errors = issues
    .filter(({ severity }) => severity === 'error')
    .map(({ origin, message }) => `\n  line ${origin?.line ?? 1}: ${message}`);
  return `${check.message}${errors.join('')}`;
}
