import { type Host, isHaosError } from '@haos/host';
import { layout } from '@haos/system';
import type { AppliedPart, UpgradeState } from '../objects/node-state.js';

/** What an agent remembers on the disk of its node, to go on after a crash or a boot. */
export interface AgentRecord {
  readonly version: 1;
  /** The hash of the parts that are in effect. */
  readonly applied?: string;
  /** These parts. */
  readonly parts?: readonly AppliedPart[];
  readonly attempt?: ConfigAttempt;
  readonly upgrade?: UpgradeAttempt;
  /** Texts from Secrets that are, or were, in the parts. */
  readonly hidden?: readonly string[];
}

/** The last parts that the agent applied, or tried to. Written before it does. */
export interface ConfigAttempt {
  /** Of the parts. */
  readonly hash: string;
  /** `attempt` of the parts. */
  readonly name?: string;
  /** Of the file; null: its removal. */
  readonly digest: string | null;
  /** The parts with this hash. */
  readonly parts?: readonly AppliedPart[];
  /** What was in effect before. */
  readonly before?: string;
  readonly partsBefore?: readonly AppliedPart[];
  /** Whether only a reboot completes it. */
  readonly needsBoot: boolean;
  /** The boot in which it was applied. */
  readonly bootId: string;
  /** The trial before it, which says nothing about this attempt. */
  readonly lastTry?: string;
  /** Undefined: it has not ended. */
  readonly result?: 'Applied' | 'Failed' | 'Reverted';
  readonly message?: string;
}

export interface UpgradeAttempt extends UpgradeState {
  readonly rollBack: boolean;
  /** The boot in which it began. */
  readonly bootId: string;
}

/** The file in which the node keeps the record. */
export const RECORD = `${layout.local}/operator-agent.json`;

/** Returns an empty record if there is none, or a damaged one. */
export function readRecord({ files }: Host): AgentRecord {
  try {
    const text = files.readTextIfExists(RECORD);
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    if (typeof value === 'object' && value !== null && (value as AgentRecord).version === 1)
      return value as AgentRecord;
  } catch (error) {
    if (!(error instanceof SyntaxError) && !isHaosError(error)) throw error;
  }
  return { version: 1 };
}

export function writeRecord({ files }: Host, record: AgentRecord): void {
  files.write(RECORD, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}
