/** What the API says of a node, as far as its health goes. */
export interface ReportedNode {
  state: 'Ready' | 'NotReady' | 'unknown';
  /** Why it is not Ready; undefined when it is. */
  reason: string | undefined;
  /** The kubelet's version, such as `v1.36.4+k3s1`. */
  version: string | undefined;
  /** New pods do not start on it: it was cordoned or drained. */
  isCordoned: boolean;
}

/** The parts of a Node (core/v1) that count here; anything may be missing. */
interface Node {
  spec?: { unschedulable?: boolean };
  status?: {
    conditions?: readonly { type?: string; status?: string; message?: string }[];
    nodeInfo?: { kubeletVersion?: string; bootID?: string };
  };
}

/**
 * Reads a Node object in JSON. What an earlier boot reported is not known of this one: `bootId` is that of the running kernel
 * (/proc/sys/kernel/random/boot_id), undefined to accept any.
 */
export function parseNode(json: string, bootId: string | undefined): ReportedNode {
  const node = readObject<Node>(json, 'Node');
  if (node === undefined)
    return {
      state: 'unknown',
      reason: 'the answer of the API is not a node',
      version: undefined,
      isCordoned: false,
    };
  const { conditions = [], nodeInfo = {} } = node.status ?? {};
  const version = nodeInfo.kubeletVersion;
  const isCordoned = node.spec?.unschedulable === true;
  const isOld = bootId !== undefined && Boolean(nodeInfo.bootID) && nodeInfo.bootID !== bootId;
  if (isOld)
    return { state: 'unknown', reason: 'the node has not reported since this boot', version, isCordoned };
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return { state: 'Ready', reason: undefined, version, isCordoned };
  const reason = ready?.message || 'the node has not reported its condition';
  // `Unknown` is what the API makes of a kubelet that stopped reporting.
  return { state: ready === undefined ? 'unknown' : 'NotReady', reason, version, isCordoned };
}

/** Why the API refuses: the message of a Status object (meta/v1) in JSON; undefined when it is none. */
export function readMessage(json: string): string | undefined {
  return readObject<{ message?: string }>(json, 'Status')?.message;
}

function readObject<T>(json: string, kind: string): T | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const isWanted = typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
    return isWanted ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
