import { explain, formatConfig, formatText, plan, readSources, validateResult } from '@haos/cc';
import { format, parse } from '@haos/cmdline';
import { isHaosError, liveHost, memoryHost } from '@haos/host';

/*
 * A program of a user, which tests/package/browser.test.ts runs in Node and, bundled, in a browser.
 * It is copied into a project that has the packages.
 */

/** Accounts and directories that every node has. */
const NODE = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nrancher:x:1000:1000::/home/rancher:/bin/bash\n',
  '/etc/group': 'root:x:0:\nrancher:x:1000:\n',
  '/etc/shadow': 'root:*:20000:0:99999:7:::\nrancher:*:20000:0:99999:7:::\n',
};

/**
 * Returns everything that the libraries say about configurations, as plain JSON.
 * @param {readonly { file: string, content: string }[]} inputs
 */
export async function answer(inputs) {
  const answers = [];
  for (const { file, content } of inputs) {
    const form = file.endsWith('.cmdline') ? 'cmdline' : 'yaml';
    answers.push({ file, ...(await attempt(() => describe({ file, content, form }))) });
  }
  return JSON.parse(JSON.stringify({ answers, machine: await attempt(async () => liveHost()) }));
}

/** @param {import('@haos/cc').Source} source */
async function describe(source) {
  const result = readSources([source]);
  const { issues, texts } = validateResult(result);
  const phases = [];
  for (const phase of /** @type {const} */ (['initrd', 'boot', 'runtime']))
    phases.push(await plan(result.config, { host: memoryHost(NODE), phase }));
  return {
    issues,
    text: formatText(issues, texts),
    formatted: formatConfig(result.config),
    explained: explain(result),
    phases,
    cmdline: source.form === 'cmdline' ? format(parse(source.content).parameters) : undefined,
  };
}

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    return isHaosError(error) ? { code: error.code, hint: error.hint } : { thrown: String(error) };
  }
}
