import type { Mode } from '@haos/system';
import type { Haos } from '../generated/types.js';
import { splitWords } from './shell-words.js';

export interface NodeFacts {
  readonly mode: Mode | undefined;
  readonly version: string | undefined;
}

/**
 * The arguments that k3s is started with, the command (`server` or `agent`) first.
 *
 * `k3s_args` is taken as it is. Where it has no command, that of INSTALL_K3S_EXEC counts, else `agent` when there is a server
 * to join and `server` when there is none. The flags of INSTALL_K3S_EXEC come before those of `k3s_args`, so that the latter
 * win. Labels and taints follow; `haos.io/mode` and `haos.io/version` are facts that a configuration cannot change.
 *
 * Throws HAOS_CC_K3S_ARGUMENT when INSTALL_K3S_EXEC has a quote that is not closed. The token is never an argument.
 */
export function k3sArguments(haos: Haos, facts: NodeFacts): string[] {
  const variables = haos.environment ?? {};
  const given = splitCommand((haos.k3sArgs ?? []).filter((argument) => argument !== ''));
  const installer = splitCommand(
    splitWords(variables.INSTALL_K3S_EXEC ?? '', 'haos.environment.INSTALL_K3S_EXEC'),
  );
  const joins = Boolean(haos.serverUrl || variables.K3S_URL);
  const command = given.command ?? installer.command ?? (joins ? 'agent' : 'server');
  return [command, ...installer.flags, ...given.flags, ...labelFlags(haos, facts), ...taintFlags(haos)];
}

function splitCommand(words: readonly string[]): { command: string | undefined; flags: readonly string[] } {
  const [first, ...rest] = words;
  return first === undefined || first.startsWith('-')
    ? { command: undefined, flags: words }
    : { command: first, flags: rest };
}

function labelFlags(haos: Haos, facts: NodeFacts): string[] {
  const labels = new Map(Object.entries(haos.labels ?? {}));
  if (facts.mode !== undefined) labels.set('haos.io/mode', facts.mode);
  if (facts.version !== undefined) labels.set('haos.io/version', labelValue(facts.version));
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([name, value]) => ['--node-label', `${name}=${value}`]);
}

/** Kubernetes allows letters, digits, `-`, `_` and `.`, so a build's `+` has to go, as it does in image tags. */
function labelValue(version: string): string {
  return version.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63);
}

function taintFlags(haos: Haos): string[] {
  return (haos.taints ?? []).filter((taint) => taint !== '').flatMap((taint) => ['--node-taint', taint]);
}
