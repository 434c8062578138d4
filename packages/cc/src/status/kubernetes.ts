import type { NodeHealth } from '@haos/system';
import { isNodeReady } from '@haos/system/internal';
import type { LogFinding } from './explain-log.js';

export type K3sRole = 'server' | 'agent';

/** What is known about k3s on a node. */
export interface KubernetesFacts {
  isInstalled: boolean;
  /** The version of the component, such as `v1.36.4+k3s1`. */
  version: string | undefined;
  role: K3sRole | undefined;
  /**
   * Whether k3s should run. `nodeless`: without a kubelet. `held`: not before the configuration is
   * corrected.
   */
  start: 'wanted' | 'nodeless' | 'skipped' | 'held';
  /** Why k3s is held. */
  hold?: string | undefined;
  /** The runtime phase, which starts k3s, has ended. */
  isConfigured: boolean;
  /** Whether the service is started; undefined if that cannot be asked. */
  isServiceUp: boolean | undefined;
  /** Undefined if there is nothing to ask. */
  health: NodeHealth | undefined;
  /** What its log says about why the node is not Ready. */
  finding: LogFinding | undefined;
}

/** The state of Kubernetes on a node. */
export interface KubernetesStatus {
  /**
   * `ready`: the node is Ready · `not-ready`: it is not, and `reason` says why · `starting`:
   * nothing is known yet, and nothing is known to be wrong · `stopped`: the service does not run ·
   * `nodeless`: k3s runs without a kubelet, as configured · `off`: the configuration does not start
   * k3s · `held`: k3s waits, because it is not clear which cluster the configuration means ·
   * `not-installed` · `unknown`: this is not a running system.
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
  /** The running version, else that of the component. */
  version: string | undefined;
  /** The name of the node in Kubernetes. */
  node: string | undefined;
  /** New pods do not start on it, because it was cordoned or drained. */
  isCordoned: boolean;
  reason: string | undefined;
  hint: string | undefined;
}

/** Derives the state of Kubernetes from the facts. */
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
  // What the node reports is newer than its log.
  if (isAlive && health.node === 'NotReady')
    return { state: 'not-ready', reason: health.reason, hint: undefined };
  if (finding !== undefined) return { state: 'not-ready', ...found };
  if (health.kubelet === 'failing')
    return { state: 'not-ready', reason: 'the kubelet is not healthy', hint: undefined };
  const reason = health.reason ?? 'the kubelet does not answer';
  return { state: isAlive ? 'not-ready' : 'starting', reason, hint: undefined };
}
