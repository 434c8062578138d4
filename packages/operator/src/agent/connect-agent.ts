import type { HostClock } from '@haos/host';
import { startCache } from '../api/cache.js';
import { createClient } from '../api/client.js';
import type { Credentials } from '../api/credentials.js';
import { applyObject } from '../api/objects.js';
import { RESOURCES } from '../api/resource.js';
import { createTokenSource } from '../api/token.js';
import type { Secret } from '../objects/metadata.js';
import { API_VERSION, NAMESPACE, nodeIdentity, SECRET_KEYS } from '../objects/names.js';
import type { NodeParts } from '../objects/node-parts.js';
import type { NodeState } from '../objects/node-state.js';
import { createTrigger } from '../process/trigger.js';
import type { AgentApi } from './run-agent.js';

export interface ConnectOptions {
  /** Of the pod: they can get the token of the node's own account, and do nothing else. */
  readonly credentials: Credentials;
  readonly node: string;
  readonly version: string;
  readonly clock: HostClock;
  readonly signal: AbortSignal;
  /** Called when the Secret of the node cannot be followed; it is tried again. */
  readonly onError: (error: unknown) => void;
}

export interface AgentConnection extends AgentApi {
  /** Ends its connections, once the signal has aborted. */
  close(): Promise<unknown>;
}

/**
 * Connects an agent with the API server: it follows the Secret of its node, and nothing else, as
 * the account of its node, whose token it renews. Works from the start, also if the API server does
 * not answer.
 */
export async function connectAgent(options: ConnectOptions): Promise<AgentConnection> {
  const { credentials, node, clock, signal, onError } = options;
  const common = { clock, userAgent: `haos-agent/${options.version}` };
  const name = nodeIdentity(node);
  const pod = await createClient(credentials, common);
  const token = createTokenSource(pod, { namespace: NAMESPACE, serviceAccount: name });
  const client = await createClient({ ...credentials, token }, common);
  const trigger = createTrigger(clock);
  const secrets = startCache<Secret>(client, {
    resource: RESOURCES.secret,
    selection: { namespace: NAMESPACE, fieldSelector: `metadata.name=${name}` },
    signal,
    onChange: () => trigger.fire(),
    onError,
  });
  return {
    close: () => secrets.done.then(() => Promise.all([client.close(), pod.close()])),
    parts: () => readParts(secrets.get(name, NAMESPACE), node),
    changed: (milliseconds, until) => trigger.wait(milliseconds, until),
    async publish(status) {
      const state: NodeState = {
        apiVersion: API_VERSION,
        kind: 'NodeState',
        metadata: { name: node },
        status,
      };
      await applyObject(client, state, { manager: 'haos-agent', subresource: 'status', signal });
    },
  };
}

/** Returns what a Secret says; undefined if it is not readable, or about another node. */
function readParts(secret: Secret | undefined, node: string): NodeParts | undefined {
  const data = secret?.data?.[SECRET_KEYS.parts];
  if (data === undefined) return undefined;
  try {
    const parts = JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as NodeParts;
    return parts.node === node ? parts : undefined;
  } catch {
    return undefined;
  }
}
