import type { Condition, KubernetesObject, LabelSelector } from './metadata.js';
import type { API_VERSION } from './names.js';

/** A part of the configuration of all nodes that match a selector. Cluster-scoped. */
export interface NodeConfig extends KubernetesObject {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'NodeConfig';
  readonly spec: NodeConfigSpec;
  readonly status?: NodeConfigStatus;
}

export interface NodeConfigSpec {
  /** Default: all nodes. */
  readonly nodeSelector?: LabelSelector;
  /** 0 to 1000; the higher overrides. Default: `DEFAULT_PRIORITY`. */
  readonly priority?: number;
  /** A cloud-config as an object with the documented names. Either this or `text`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A cloud-config as text. Either this or `config`. */
  readonly text?: string;
  /** Values that come from Secrets of the namespace haos-system. */
  readonly secrets?: readonly SecretValue[];
  /** Whether nodes keep what they have. Default: false. */
  readonly paused?: boolean;
  /** `Automatic` (default): each node applies at once. `Rollout`: only as a Rollout releases it. */
  readonly strategy?: 'Automatic' | 'Rollout';
}

/** The priority of a NodeConfig that names none. */
export const DEFAULT_PRIORITY = 100;

export interface SecretValue {
  /** A JSON pointer with documented names, such as `/haos/wifi/0/passphrase`. */
  readonly path: string;
  readonly secretRef: { readonly name: string; readonly key: string };
}

export interface NodeConfigStatus {
  readonly observedGeneration?: number;
  readonly nodes?: NodeCounts;
  /** `Ready`: rendered for all nodes that match; `Conflict`: another NodeConfig contradicts. */
  readonly conditions?: readonly Condition[];
}

export interface NodeCounts {
  /** Nodes that the selector matches. */
  readonly matched: number;
  /** Of these, nodes that have planned what they should have. */
  readonly planned: number;
  /** Of these, nodes that have applied it. */
  readonly applied: number;
  /** Of these, nodes that failed to apply it, or went back. */
  readonly failed: number;
}
