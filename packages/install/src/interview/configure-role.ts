import { dumpYaml, putConfig, readConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import type { Prompter } from '@haos/questions';
import { askRole } from './ask-role.js';

/**
 * The file that "configure server or agent" writes, beside files that people wrote, which stay
 * unchanged.
 */
export const ROLE_FILE = '50-server-or-agent.yaml';

/**
 * Asks for what is not configured of the role in the cluster, and writes the answers to `config.d`
 * of the running system with mode 0600. Resolves to the result of writing; the caller applies it.
 * Fails like the questions, and with HAOS_FILE_*.
 */
export async function configureRole(
  prompter: Prompter,
  host: Host,
): Promise<ReturnType<typeof putConfig> | undefined> {
  const { config } = await readConfig(host);
  const haos = await askRole(prompter, config.haos);
  if (Object.keys(haos).length === 0) return undefined;
  return putConfig(host, ROLE_FILE, await dumpYaml({ haos }));
}
