import { givenCommandLine, isNodeCommand } from '../appliers/k3s/k3s-arguments.js';
import type { CloudConfig, Haos } from '../generated/types.js';
import type { Issue, IssueCode } from '../issue.js';
import { parseK3sArguments } from '../k3s/parse-arguments.js';
import type { IdentityKey } from '../model/k3s-identity.js';

/** Issues by which a whole source is left out, whatever was in it. */
const LOST_SOURCE: readonly IssueCode[] = [
  'unreadable-source',
  'invalid-yaml',
  'invalid-encoding',
  'not-a-mapping',
  'unsupported-user-data',
];

const VALUES = /^\/haos(?:\/(?:serverUrl|token|k3sArgs)(?:\/|$)|$)/;
/** A variable may name the server, the token or the command. */
const VARIABLES = /^\/haos\/environment(?:\/(?:K3S|INSTALL_K3S)_|$)/;

/** Why k3s is not started, as a reason for people, with its place. */
export function describeHold({ message, origin }: Pick<Issue, 'message' | 'origin'>): string {
  return origin ? `${message} (${origin.file}:${origin.line})` : message;
}

/**
 * The issues as a node reports them: an unknown or a replaced key is an error where it probably
 * means a key that decides which cluster the node belongs to, and the configuration does not have
 * that key.
 */
export function raiseDoubts(issues: readonly Issue[], { haos = {} }: CloudConfig): Issue[] {
  return issues.map((issue) => (isLostIdentity(issue, haos) ? { ...issue, severity: 'error' } : issue));
}

function isLostIdentity({ meant }: Issue, haos: Haos): boolean {
  return meant !== undefined && !isGiven(meant, haos);
}

/**
 * The issue that keeps k3s from being started: it leaves open which cluster the node belongs to, so
 * that it might found one of its own. Undefined when there is none.
 */
export function findK3sHold({
  config: { haos = {} },
  issues,
}: {
  config: CloudConfig;
  issues: readonly Issue[];
}): Issue | undefined {
  return issues.find(
    (issue) => isLostIdentity(issue, haos) || (issue.severity === 'error' && isDoubt(issue, haos)),
  );
}

function isDoubt({ code, pointer }: Issue, haos: Haos): boolean {
  const { command } = givenCommandLine(haos);
  const isDefault = command === undefined && !isGiven('haos.server_url', haos);
  if (LOST_SOURCE.includes(code)) return isDefault;
  if (code === 'wrong-type') return VALUES.test(pointer) || (isDefault && VARIABLES.test(pointer));
  const isCommand = pointer === '/haos/k3sArgs/0' || pointer === '/haos/environment/INSTALL_K3S_EXEC';
  return isCommand && command !== undefined && !isNodeCommand(command);
}

/** Whether a configuration has a key of the identity, or what k3s takes in its place. */
function isGiven(key: IdentityKey, haos: Haos): boolean {
  const { k3sArgs = [], environment = {} } = haos;
  const { command, flags } = givenCommandLine(haos);
  const names = parseK3sArguments(flags).map(({ name }) => name);
  switch (key) {
    case 'haos.server_url':
      return Boolean(haos.serverUrl || environment.K3S_URL) || names.includes('server');
    case 'haos.token':
      return (
        Boolean(haos.token) ||
        ['K3S_TOKEN', 'K3S_TOKEN_FILE', 'K3S_CLUSTER_SECRET'].some((name) => environment[name]) ||
        names.some((name) => name === 'token' || name === 'token-file')
      );
    case 'haos.k3s_args':
      return k3sArgs.length > 0 || command !== undefined || flags.length > 0;
  }
}
