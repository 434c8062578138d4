/** What the API reports about the health of a node. */
export interface ReportedNode {
  state: 'Ready' | 'NotReady' | 'unknown';
  /** Why it is not Ready; undefined if it is. */
  reason: string | undefined;
  /** The kubelet's version, such as `v1.36.4+k3s1`. */
  version: string | undefined;
  /** Whether the node is cordoned or drained, so that new pods do not start on it. */
  isCordoned: boolean;
}

/** The parts of a Node (core/v1) that are used here; all are optional. */
interface Node {
  spec?: { unschedulable?: boolean };
  status?: {
    conditions?: readonly { type?: string; status?: string; message?: string }[];
    nodeInfo?: { kubeletVersion?: string; bootID?: string };
  };
}

/**
 * Parses a Node object in JSON. A report of an earlier boot says nothing about this one: `bootId`
 * is the ID of the running kernel (/proc/sys/kernel/random/boot_id); undefined accepts any.
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
  // The API sets `Unknown` if a kubelet stops reporting.
  return { state: ready === undefined ? 'unknown' : 'NotReady', reason, version, isCordoned };
}

/**
 * Returns why the API rejects a request: the message of a Status object (meta/v1) in JSON;
 * undefined for other text.
 */
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
