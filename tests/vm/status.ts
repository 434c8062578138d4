import type { Machine } from './machine.js';

/** The status of a phase in `haos config status`, as far as the scenarios use it. */
export interface PhaseStatus {
  phase: 'initrd' | 'boot' | 'runtime';
  state: 'running' | 'done';
  exitStatus: number;
  started: number;
  ended: number;
  issues: { severity: string; code: string; key: string }[];
  steps: { applier: string; status: string; failures: { code: string }[] }[];
}

/** The output of `haos config status`. */
export interface NodeStatus {
  mode: string;
  phases: PhaseStatus[];
  /** Only if data sources were queried. */
  dataSources?: { state: 'running' | 'done'; sources: { name: string; status: string }[] };
}

/** Waits until the runtime phase is over, and k3s with it. */
export async function waitForRuntime(machine: Machine): Promise<void> {
  const done = `grep -qs '"state":"done"' /run/haos/journal/runtime.json`;
  await machine.read(`until ${done}; do sleep 1; done`, 600);
}

export async function readStatus(machine: Machine): Promise<NodeStatus> {
  // The exit status is that of the phases, which the scenarios check one by one.
  const { output } = await machine.run('haos config status --format json');
  return JSON.parse(output) as NodeStatus;
}
