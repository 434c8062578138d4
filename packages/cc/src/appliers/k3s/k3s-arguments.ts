import type { Mode } from '@haos/system';
import type { Haos } from '../../generated/types.js';
import type { K3sCommand } from '../../k3s/flags.js';
import { type K3sArgument, parseK3sArguments } from '../../k3s/parse-arguments.js';
import { checkLabel, checkTaint } from '../../rules/kubernetes.js';
import { splitWords } from './shell-words.js';

/** The variables that k3s reads instead of flags that are secrets (k3s, pkg/cli/cmds). */
const SECRET_VARIABLES: ReadonlyMap<string, string> = new Map([
  ['token', 'K3S_TOKEN'],
  ['agent-token', 'K3S_AGENT_TOKEN'],
  ['datastore-endpoint', 'K3S_DATASTORE_ENDPOINT'],
  ['vpn-auth', 'K3S_VPN_AUTH'],
  ['etcd-s3-access-key', 'AWS_ACCESS_KEY_ID'],
  ['etcd-s3-secret-key', 'AWS_SECRET_ACCESS_KEY'],
  ['etcd-s3-session-token', 'AWS_SESSION_TOKEN'],
]);

const INSTALLER = 'haos.environment.INSTALL_K3S_EXEC';

export interface NodeFacts {
  readonly mode: Mode | undefined;
  readonly version: string | undefined;
  /** Whether the installed k3s reads drop-in configuration files (since 1.21). Default true. */
  readonly readsDropIns?: boolean;
}

/** What k3s starts with. */
export interface K3sInvocation {
  /** `server` or `agent`; another command only if `k3s_args` begins with it. */
  readonly command: string;
  /**
   * Flags for k3s's configuration file by name: a list if the flag is repeatable, else the last
   * value.
   */
  readonly settings: ReadonlyMap<string, string | readonly string[]>;
  /** The words after the command: flags that k3s would not accept from the file. */
  readonly words: readonly string[];
  /**
   * Secrets that k3s would not take from the file: the variable of each flag, for k3s's environment
   * file.
   */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Returns what k3s starts with: the command, the flags for its configuration file, and the flags
 * that remain arguments.
 *
 * If `k3s_args` has no command, the command of INSTALL_K3S_EXEC counts. If that has none either, it
 * is `agent` if there is a server to join, else `server`. The flags of INSTALL_K3S_EXEC come before
 * those of `k3s_args`, so the latter win. Labels and taints follow, without the invalid ones. A
 * configuration cannot change `haos.io/mode` and `haos.io/version`, which are facts.
 *
 * An argument remains one if the file cannot hold it: `--config`, flags of the other command or of
 * another release, and words that are not flags. All remain arguments if the configuration names
 * its own configuration file (k3s then looks for drop-in files beside that one), if the installed
 * k3s is too old for the file, or if the command does not run a node. A secret never remains an
 * argument, because every user can read the arguments of a process: its variable replaces the flag.
 *
 * Throws HAOS_CC_K3S_ARGUMENT if INSTALL_K3S_EXEC has an unclosed quote. Neither part contains
 * `haos.token`.
 */
export function k3sInvocation(haos: Haos, facts: NodeFacts): K3sInvocation {
  splitWords(haos.environment?.INSTALL_K3S_EXEC ?? '', INSTALLER);
  const { command, flags } = commandLine(haos);
  if (!isNodeCommand(command)) return { command, settings: new Map(), words: flags, variables: new Map() };
  const all = [...flags, ...labelFlags(haos, facts), ...taintFlags(haos)];
  const parsed = parseK3sArguments(all);
  const usesFile = facts.readsDropIns !== false && !hasOwnConfigFile(haos);
  const inFile = usesFile ? parsed.filter((each) => fitsFile(each, command)) : [];
  const staying = parsed.filter((each) => !inFile.includes(each));
  return {
    command,
    settings: collectSettings(inFile),
    words: staying.filter((each) => !hasVariable(each)).flatMap(({ words }) => words),
    variables: new Map(
      staying.filter(hasVariable).map(({ name, value = '' }) => [SECRET_VARIABLES.get(name)!, value]),
    ),
  };
}

/** Whether a flag is a secret that k3s also takes as a variable. */
function hasVariable({ flag, value }: K3sArgument): boolean {
  return flag !== undefined && value !== undefined && SECRET_VARIABLES.has(flag.name);
}

/**
 * Returns the command of k3s and the words after it, as configured. Ignores INSTALL_K3S_EXEC if it
 * has an unclosed quote.
 */
export function commandLine(haos: Haos): { command: string; flags: readonly string[] } {
  const variables = haos.environment ?? {};
  const { command, flags } = givenCommandLine(haos);
  const joins = Boolean(haos.serverUrl || variables.K3S_URL);
  return { command: command ?? (joins ? 'agent' : 'server'), flags };
}

/** The same, without a command where the configuration names none. */
export function givenCommandLine(haos: Haos): { command: string | undefined; flags: readonly string[] } {
  const given = splitCommand((haos.k3sArgs ?? []).filter((argument) => argument !== ''));
  const installer = splitCommand(installerWords(haos) ?? []);
  return { command: given.command ?? installer.command, flags: [...installer.flags, ...given.flags] };
}

/** Returns the words of INSTALL_K3S_EXEC, or undefined if it has an unclosed quote. */
export function installerWords({ environment = {} }: Haos): string[] | undefined {
  try {
    return splitWords(environment.INSTALL_K3S_EXEC ?? '', INSTALLER);
  } catch {
    return undefined;
  }
}

function splitCommand(words: readonly string[]): { command: string | undefined; flags: readonly string[] } {
  const [first] = words;
  return first === undefined || first.startsWith('-')
    ? { command: undefined, flags: words }
    : { command: first, flags: words.slice(1) };
}

/** Returns whether a command of k3s runs a node. */
export function isNodeCommand(command: string): command is K3sCommand {
  return command === 'server' || command === 'agent';
}

/**
 * Returns whether the configuration names a configuration file for k3s. k3s looks at the variable
 * first (pkg/configfilearg), and reads drop-in files from FILE.d beside whichever file it is.
 */
function hasOwnConfigFile({ k3sArgs = [], environment = {} }: Haos): boolean {
  const words = [...k3sArgs, ...(environment.INSTALL_K3S_EXEC ?? '').split(/\s+/)];
  return Boolean(environment.K3S_CONFIG_FILE) || words.some((word) => /^(?:--?config|-c)(?:=|$)/.test(word));
}

/** In a file, a server ignores unknown keys, but an agent does not start with them. */
function fitsFile({ flag, value }: K3sArgument, command: K3sCommand): boolean {
  return flag?.commands.includes(command) === true && flag.name !== 'config' && value !== undefined;
}

function collectSettings(found: readonly K3sArgument[]): Map<string, string | readonly string[]> {
  const settings = new Map<string, string | readonly string[]>();
  for (const { name, flag, value = '' } of found) {
    const before = settings.get(name) ?? [];
    settings.set(name, flag?.isRepeatable ? [...before, value] : value);
  }
  return settings;
}

function labelFlags(haos: Haos, facts: NodeFacts): string[] {
  const given = Object.entries(haos.labels ?? {});
  const labels = new Map(given.filter(([name, value]) => checkLabel(name, value, '').length === 0));
  if (facts.mode !== undefined) labels.set('haos.io/mode', facts.mode);
  if (facts.version !== undefined) labels.set('haos.io/version', labelValue(facts.version));
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([name, value]) => ['--node-label', `${name}=${value}`]);
}

/**
 * Returns a version as a label value. Kubernetes allows letters, digits, `-`, `_` and `.`, so the
 * `+` of a build is replaced, as in image tags.
 */
function labelValue(version: string): string {
  return version.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63);
}

function taintFlags(haos: Haos): string[] {
  const usable = (haos.taints ?? []).filter((taint) => taint !== '' && checkTaint(taint, '').length === 0);
  return usable.flatMap((taint) => ['--node-taint', taint]);
}
