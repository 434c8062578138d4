import type { NodeHealth } from '@haos/system';
import { isNodeReady } from '@haos/system/internal';
import type { LogFinding } from './explain-log.js';

export type K3sRole = 'server' | 'agent';

/** What is known of k3s on a node. */
export interface KubernetesFacts {
  isInstalled: boolean;
  /** Of the component, such as `v1.36.4+k3s1`. */
  version: string | undefined;
  role: K3sRole | undefined;
  /** Whether it is to run; `nodeless`: without a kubelet; `held`: not before the configuration is corrected. */
  start: 'wanted' | 'nodeless' | 'skipped' | 'held';
  /** Why it is held. */
  hold?: string | undefined;
  /** The runtime phase, which starts it, has ended. */
  isConfigured: boolean;
  /** Whether its service is started; undefined where that cannot be asked. */
  isServiceUp: boolean | undefined;
  /** Undefined where there is nothing to ask. */
  health: NodeHealth | undefined;
  /** What its log says of why the node is not Ready. */
  finding: LogFinding | undefined;
}

/** How Kubernetes is on a node. */
export interface KubernetesStatus {
  /**
   * `ready`: the node is Ready · `not-ready`: it is not, `reason` says why · `starting`: nothing is known yet, nor is anything known
   * to be wrong · `stopped`: the service does not run · `nodeless`: k3s runs, and is not to run a node · `off`: the configuration
   * does not start k3s · `held`: k3s waits, because the configuration leaves open which cluster the node belongs to · `not-installed` · `unknown`: this is no running system.
   */
  state:
    | 'ready'
    | 'not-ready'
    | 'starting'
    | 'stopped'
    | 'nodeless'
    | 'off'
    | 'held'
    | 'not-installed'
    | 'unknown';
  role: K3sRole | undefined;
  /** The version that runs, else that of the component. */
  version: string | undefined;
  /** The node's name in Kubernetes. */
  node: string | undefined;
  /** New pods do not start on it: it was cordoned or drained. */
  isCordoned: boolean;
  reason: string | undefined;
  hint: string | undefined;
}

/** How Kubernetes is, by what is known of it. */
export function judgeKubernetes(facts: KubernetesFacts): KubernetesStatus {
  const { role, version, health } = facts;
  return {
    ...judge(facts),
    role,
    version: health?.version ?? version,
    node: health?.name,
    isCordoned: health?.isCordoned ?? false,
  };
}

type Judgement = Pick<KubernetesStatus, 'state' | 'reason' | 'hint'>;

const HELD =
  'The node might join no cluster and found one of its own. Correct the configuration, then run `sudo haos config`.';

function judge({
  isInstalled,
  start,
  hold,
  isConfigured,
  isServiceUp,
  health,
  finding,
}: KubernetesFacts): Judgement {
  if (!isInstalled)
    return {
      state: 'not-installed',
      reason: undefined,
      hint: 'Upgrade to a release that has k3s.',
    };
  if (start === 'skipped') return { state: 'off', reason: undefined, hint: undefined };
  // One that was started before goes on.
  if (start === 'held' && isServiceUp !== true) return { state: 'held', reason: hold, hint: HELD };
  if (isServiceUp === undefined || health === undefined)
    return { state: 'unknown', reason: 'this is not a running system', hint: undefined };
  if (isNodeReady(health)) return { state: 'ready', reason: undefined, hint: undefined };
  const found = { reason: finding?.message, hint: finding?.hint };
  if (!isServiceUp && !isConfigured)
    return { state: 'starting', reason: 'the configuration is still being applied', hint: undefined };
  if (!isServiceUp)
    return {
      state: 'stopped',
      ...found,
      hint: found.hint ?? 'Start it with `sudo rc-service k3s-service start`.',
    };
  if (start === 'nodeless') return { state: finding ? 'not-ready' : 'nodeless', ...found };
  const isAlive = health.kubelet !== 'unreachable';
  // What the node says itself is newer than its log.
  if (isAlive && health.node === 'NotReady')
    return { state: 'not-ready', reason: health.reason, hint: undefined };
  if (finding !== undefined) return { state: 'not-ready', ...found };
  if (health.kubelet === 'failing')
    return { state: 'not-ready', reason: 'the kubelet is not healthy', hint: undefined };
  const reason = health.reason ?? 'the kubelet does not answer';
  return { state: isAlive ? 'not-ready' : 'starting', reason, hint: undefined };
}
