import type { Finding, PrivilegesLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { type ProcessPrivileges, readProcesses } from '../facts/processes.js';
import { finding, NOT_RUNNING, skip } from '../finding.js';

/** Compares the processes of a service with the rights that it should have at most. */
export function lookAtPrivileges(look: PrivilegesLook, { host, isRunning }: Machine): Finding {
  if (!isRunning) return skip(NOT_RUNNING);
  const uid = uidOf(host.files.readTextIfExists('/etc/passwd') ?? '', look.user);
  const processes = readProcesses(host, look.program);
  if (processes.length === 0) return skip(`${look.program} does not run`);
  const allowed = [...look.capabilities, ...Object.keys(look.sometimes ?? {})];
  const isGood = ({ uids, capabilities, noNewPrivileges }: ProcessPrivileges) =>
    uids.every((id) => id === uid) &&
    capabilities.every((name) => allowed.includes(name)) &&
    (noNewPrivileges || look.noNewPrivileges === undefined);
  const wrong = processes.find((process) => !isGood(process));
  const shown = wrong ?? processes[0];
  return finding(wrong === undefined, shown ? describe(shown) : '', shown && `/proc/${shown.pid}/status`);
}

/** Undefined if there is no such user: then no process has its number. */
function uidOf(passwd: string, user: string): number | undefined {
  const [, uid] = new RegExp(`^${user}:[^:]*:(\\d+):`, 'm').exec(passwd) ?? [];
  return uid === undefined ? undefined : Number(uid);
}

function describe({ uids, capabilities, noNewPrivileges }: ProcessPrivileges): string {
  const rights = capabilities.length > 9 ? `${capabilities.length} capabilities` : capabilities.join(', ');
  return `uid ${uids.join(', ')}; ${rights || 'no capability'}; ${noNewPrivileges ? 'no more' : 'may gain more'}`;
}
