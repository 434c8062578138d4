import type { InterfaceAddress } from '@haos/host/internal';
import type { Mode, Slots } from '@haos/system';
import type { UpgradeVerdict } from '@haos/system/internal';
import { type ConfigurationStatus, describeConfiguration } from './configuration.js';
import type { KubernetesStatus } from './kubernetes.js';

/** A node on one screen. */
export interface NodeStatus extends NodeParts {
  /** Nothing is wrong with it: the configuration was applied without errors, and its node is Ready where k3s is to run. */
  isHealthy: boolean;
  /** Why it is not healthy, one line each. */
  problems: readonly string[];
}

export interface NodeParts {
  hostname: string | undefined;
  /** Of the running image, such as `v0.2.0`. */
  version: string | undefined;
  mode: Mode | undefined;
  addresses: readonly InterfaceAddress[];
  /** What the two slots hold; undefined where there are none, as on a live system. */
  slots: Slots | undefined;
  upgrade: UpgradeVerdict | undefined;
  configuration: ConfigurationStatus;
  kubernetes: KubernetesStatus;
}

/**
 * Puts the parts together and says what is wrong. Warnings, a version on trial and a missing k3s are no problem: the node does what
 * it is to do. The health that ends a trial asks for no more than this does.
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
