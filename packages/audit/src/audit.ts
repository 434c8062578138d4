import { HaosError, type Host } from '@haos/host';
import type { Check, Finding, Result } from './check.js';
import { CHECKS } from './checks/checks.js';
import type { AuditErrorCode } from './errors.js';
import { expectationOf } from './expectation.js';
import { type Machine, readMachine } from './facts/machine.js';
import { skip } from './finding.js';
import { lookAt } from './looks/look.js';

export interface AuditOptions {
  /** The ids of the checks to run, or areas such as `ssh`. Default: all. */
  only?: readonly string[];
}

/**
 * Compares a node with the checks of its level (`haos.hardening`) and returns a result for each, in
 * their order. It changes nothing. On a running machine it needs root. For a directory tree, checks
 * that need the running system are skipped. Throws HAOS_AUDIT_UNKNOWN for an id that does not
 * exist.
 */
export async function audit(host: Host, { only }: AuditOptions = {}): Promise<Result[]> {
  const checks = select(only);
  const machine = await readMachine(host);
  const results: Result[] = [];
  for (const check of checks) results.push(resultOf(check, await findingOf(check, machine)));
  return results;
}

function select(only: readonly string[] | undefined): readonly Check[] {
  if (only === undefined || only.length === 0) return CHECKS;
  const matches = ({ id }: Check, wanted: string) => id === wanted || id.startsWith(`${wanted}.`);
  const unknown = only.find((wanted) => !CHECKS.some((check) => matches(check, wanted)));
  if (unknown !== undefined)
    throw new HaosError<AuditErrorCode>(
      'HAOS_AUDIT_UNKNOWN',
      `there is no check ${JSON.stringify(unknown)}`,
      {
        hint: '`haos audit` lists all ids; docs/security.md explains them.',
      },
    );
  return CHECKS.filter((check) => only.some((wanted) => matches(check, wanted)));
}

/** One check that cannot look, such as at a file that is a directory, must not end the audit. */
async function findingOf(check: Check, machine: Machine): Promise<Finding> {
  if (check.level === 'strict' && machine.level !== 'strict') return skip('only with haos.hardening: strict');
  try {
    return await lookAt(check, machine);
  } catch (error) {
    return {
      status: 'fail',
      found: `cannot look: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function resultOf(
  { id, title, severity, level, look, hint }: Check,
  { status, found, from }: Finding,
): Result {
  const isFailed = status === 'fail';
  return {
    id,
    title,
    severity,
    level,
    status,
    found,
    expected: expectationOf(look),
    from,
    hint: isFailed ? (hint ?? DEFAULT_HINTS[look.kind]) : undefined,
  };
}

const DEFAULT_HINTS: Readonly<Partial<Record<Check['look']['kind'], string>>> = {
  sysctl: 'Remove the setting from haos.sysctls and from files in /etc/sysctl.d, then restart the node.',
  argument: 'Remove the argument from haos.k3s_args, or set it as expected.',
  setting: 'Remove the argument from haos.k3s_args or the file that sets it, or set it as expected.',
  mode: 'Restart k3s, which sets them, and remove what changes them.',
};
