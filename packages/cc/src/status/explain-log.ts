/** Why k3s is not up, for a person. */
export interface LogFinding {
  message: string;
  /** What to do, in one sentence. */
  hint?: string;
}

interface Known extends LogFinding {
  pattern: RegExp;
}

/** How much of the end of the log to read. Bytes. */
export const LOG_TAIL = 131_072;

const TIMEOUTS =
  'connection refused|no route to host|network is unreachable|i/o timeout|no such host|deadline exceeded';

/**
 * What k3s logs if something outside of it is wrong, from its sources and issues (pkg/clientaccess,
 * pkg/agent/config, pkg/cluster). It retries most of them forever, with lines of level info. A
 * server also logs problems with the requests of others; those lines must not match.
 */
const KNOWN: readonly Known[] = [
  {
    pattern: /Node password rejected/i,
    message: 'the server refuses this node: another node has its name',
    hint: 'Remove the other node with `kubectl delete node NAME`, or give this node another host name.',
  },
  {
    pattern: /bootstrap data already found and encrypted with different token/i,
    message: 'the data of this server was created with another token',
    hint: 'Set haos.token to the token that the cluster was created with.',
  },
  {
    pattern:
      /token CA hash does not match|(?:server is not ready|CA certs|retrieve configuration|register node|level=fatal).*(?:not authorized|unauthorized|invalid token)/i,
    message: 'the server refuses the token',
    hint: 'Compare haos.token with /var/lib/rancher/k3s/server/node-token on the server.',
  },
  {
    pattern: /critical configuration (?:value )?mismatch/i,
    message: 'the arguments of this server differ from those of the cluster',
    hint: 'Give all servers the same arguments for networks, DNS and datastore in haos.k3s_args.',
  },
  {
    pattern: /certificate has expired or is not yet valid/i,
    message: 'a certificate is not valid at this time',
    hint: 'Compare `date` on this node and on the server.',
  },
  {
    pattern: new RegExp(`(?:server is not ready|CA certs|retrieve configuration).*(?:${TIMEOUTS})`, 'i'),
    message: 'the server does not answer',
    hint: 'Check haos.server_url, and that port 6443 of the server is reachable.',
  },
];

/** The first line of a process, in the words of k3s (pkg/cli/server, pkg/cli/agent). */
const START = /\bStarting k3s\b/;
/** The last line of a process that fails, of k3s (logrus) and of the parts of Kubernetes (klog). */
const FATAL = /\blevel=fatal\b|^F\d{4} /;
/** A process that logged more lines than this has got further than the one before it. */
const SHORT = 30;

/**
 * Returns why k3s is not up, from the end of its log, or undefined if the log does not show it. The
 * last line that explains something counts. A line of an earlier process counts only while the
 * present one has just begun. An unknown fatal line is returned as it is; `redact` hides its
 * secrets.
 */
export function explainLog(text: string, redact: (text: string) => string): LogFinding | undefined {
  const lines = text.split('\n');
  const start = lines.findLastIndex((line) => START.test(line));
  const present = lines.slice(start + 1);
  return (
    explain(present, redact) ??
    (present.length <= SHORT ? explain(lines.slice(0, start + 1), redact) : undefined)
  );
}

function explain(lines: readonly string[], redact: (text: string) => string): LogFinding | undefined {
  for (const line of lines.toReversed()) {
    const known = KNOWN.find(({ pattern }) => pattern.test(line));
    if (known) return { message: known.message, ...(known.hint !== undefined && { hint: known.hint }) };
    if (FATAL.test(line)) return { message: redact(messageOf(line)) };
  }
  return undefined;
}

/** Returns the message of a line, without its time and level. */
function messageOf(line: string): string {
  const quoted = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  const text = quoted?.replace(/\\(.)/g, '$1') ?? line.replace(/^F\d{4} [^\]]*\] /, '');
  return text.trim();
}
