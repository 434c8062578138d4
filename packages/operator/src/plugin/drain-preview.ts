import { type Pod, podsToEvict } from '../api/eviction.js';
import { matchesSelector } from '../config/matches-selector.js';
import type { KubernetesObject, LabelSelector } from '../objects/metadata.js';
import { formatTable } from './format-table.js';

/** The part of a PodDisruptionBudget that an eviction depends on. */
export interface Budget extends KubernetesObject {
  readonly spec?: {
    readonly selector?: LabelSelector | null;
    readonly unhealthyPodEvictionPolicy?: 'AlwaysAllow' | 'IfHealthyBudget';
  };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
  };
}

/** A pod that a drain would evict. */
export interface LeavingPod {
  /** Such as `web/web-0`. */
  readonly pod: string;
  /** The names of its budgets. */
  readonly budgets: readonly string[];
  /** Why it could not be evicted now; null if it could. */
  readonly blocked: string | null;
}

/** The part of a Pod that an eviction depends on. */
export interface PodWithConditions extends Pod {
  readonly status?: Pod['status'] & {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * Returns the pods of a node that a drain would evict, and which budgets hold them now. The rules
 * are those of the API server (Kubernetes: "Specifying a Disruption Budget for your Application").
 */
export function previewDrain(pods: readonly PodWithConditions[], budgets: readonly Budget[]): LeavingPod[] {
  return podsToEvict(pods, () => false)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((pod) => {
      const own = budgets.filter((budget) => isBudgetOf(budget, pod));
      return {
        pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
        budgets: own.map(({ metadata }) => metadata.name),
        blocked: findBlock(pod, own) ?? null,
      };
    });
}

function isBudgetOf({ metadata, spec }: Budget, pod: Pod): boolean {
  if (metadata.namespace !== pod.metadata.namespace) return false;
  // Without a selector it has no pods; an empty one has all of its namespace.
  return spec?.selector != null && matchesSelector(spec.selector, pod.metadata.labels);
}

function findBlock(pod: PodWithConditions, [budget, other]: readonly Budget[]): string | undefined {
  if (budget === undefined || pod.status?.phase === 'Pending') return undefined;
  if (other !== undefined)
    return `${budget.metadata.name} and ${other.metadata.name} both have it, so it cannot be evicted`;
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  if (disruptionsAllowed > 0) return undefined;
  const isHealthy = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const mayGo =
    budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' ||
    (currentHealthy >= desiredHealthy && desiredHealthy > 0);
  if (!isHealthy && mayGo) return undefined;
  return `${budget.metadata.name} allows no disruption: ${currentHealthy} healthy, ${desiredHealthy} needed`;
}

/** Formats the pods that a drain would meet, for people. */
export function formatDrain(pods: readonly LeavingPod[]): string {
  if (pods.length === 0) return 'a drain would evict no pod\n';
  const rows = pods.map(({ pod, budgets, blocked }) => [
    ...[`  ${pod}`, budgets.join(', ') || '-', blocked ?? 'can be evicted now'],
  ]);
  return `a drain would evict ${pods.length === 1 ? 'one pod' : `${pods.length} pods`}:\n${formatTable([['  POD', 'BUDGET', ''], ...rows])}`;
}
