import type { InterfaceAddress } from '@haos/host/internal';
import type { Mode, Slots } from '@haos/system';
import type { UpgradeVerdict } from '@haos/system/internal';
import { type ConfigurationStatus, describeConfiguration } from './configuration.js';
import type { KubernetesStatus } from './kubernetes.js';

/** The state of a node on one screen. */
export interface NodeStatus extends NodeParts {
  /** The configuration was applied without errors, and the node is Ready if k3s should run. */
  isHealthy: boolean;
  /** Why it is not healthy, one line each. */
  problems: readonly string[];
}

export interface NodeParts {
  hostname: string | undefined;
  /** The version of the running image, such as `v0.2.0`. */
  version: string | undefined;
  mode: Mode | undefined;
  /** Whether Secure Boot is on; undefined on a machine without EFI. */
  secureBoot: boolean | undefined;
  addresses: readonly InterfaceAddress[];
  /** The content of the two slots; undefined if there are none, as on a live system. */
  slots: Slots | undefined;
  upgrade: UpgradeVerdict | undefined;
  configuration: ConfigurationStatus;
  kubernetes: KubernetesStatus;
}

/**
 * Combines the parts and lists the problems. Warnings, a version on trial and a missing k3s are not
 * problems, because the node does what it should. The health check that ends a trial requires no
 * more than this.
 */
export function judgeNode(parts: NodeParts): NodeStatus {
  const problems = [...configurationProblems(parts.configuration), ...kubernetesProblems(parts.kubernetes)];
  return { isHealthy: problems.length === 0, problems, ...parts };
}

function configurationProblems(configuration: ConfigurationStatus): string[] {
  const { state, issues, failures, hasNoData } = configuration;
  const isWrong =
    state !== 'done' ||
    hasNoData ||
    failures.length > 0 ||
    issues.some(({ severity }) => severity === 'error');
  return isWrong ? [`configuration: ${describeConfiguration(configuration)}`] : [];
}

function kubernetesProblems({ state, reason }: KubernetesStatus): string[] {
  const words = {
    'not-ready': 'the node is not Ready',
    starting: 'starting',
    stopped: 'k3s does not run',
    held: 'k3s waits',
  };
  if (!(state in words)) return [];
  return [`kubernetes: ${[words[state as keyof typeof words], reason].filter(Boolean).join(': ')}`];
}
