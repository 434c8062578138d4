import type { InterfaceAddress, RaidArray } from '@haos/host/internal';
import type { Mode, Slots } from '@haos/system';
import type { EncryptionStatus, UpgradeVerdict } from '@haos/system/internal';
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
  /**
   * The root hash of the root image, if the kernel verifies it as a signed boot image asks for;
   * undefined if nothing verifies it.
   */
  rootHash: string | undefined;
  /** How the data are encrypted; undefined if they are not. */
  encryption: EncryptionStatus | undefined;
  addresses: readonly InterfaceAddress[];
  /** The arrays of software RAID, by device; empty on most nodes. */
  arrays: readonly RaidArray[];
  /** The content of the two slots; undefined if there are none, as on a live system. */
  slots: Slots | undefined;
  upgrade: UpgradeVerdict | undefined;
  configuration: ConfigurationStatus;
  kubernetes: KubernetesStatus;
}

/**
 * Combines the parts and lists the problems. Warnings, a version on trial and a missing k3s are not
 * problems, because the node does what it should. An array that lacks a disk is one: the next disk
 * that fails takes its data. The health check that ends a trial does not ask for arrays, because
 * another version would not repair them.
 */
export function judgeNode(parts: NodeParts): NodeStatus {
  const problems = [
    ...arrayProblems(parts.arrays),
    ...configurationProblems(parts.configuration),
    ...kubernetesProblems(parts.kubernetes),
  ];
  return { isHealthy: problems.length === 0, problems, ...parts };
}

function arrayProblems(arrays: readonly RaidArray[]): string[] {
  return arrays.filter(({ state }) => state !== 'complete').map((array) => `array ${describeArray(array)}`);
}

/** Describes an array: `/dev/md127 (data, raid1): complete, 2 of 2 disks work`. */
export function describeArray({ device, name, level, state, ...array }: RaidArray): string {
  const names = [name, level].filter((word) => word !== undefined).join(', ');
  const { disks, working, failed, progress } = array;
  const words = [
    progress === undefined ? state : `${state}, ${progress} %`,
    ...(disks === undefined ? [] : [`${working} of ${disks} disks work`]),
    ...(failed.length === 0 ? [] : [`failed: ${failed.join(', ')}`]),
  ];
  return `${device}${names && ` (${names})`}: ${words.join(', ')}`;
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
