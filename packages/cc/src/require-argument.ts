import { HaosError, type Host } from '@haos/host';
import { PHASES } from './apply/types.js';
import type { CcErrorCode } from './errors.js';

/**
 * Throws HAOS_CC_ARGUMENT unless a program called a function as its types say; `message` says which
 * argument must be what.
 */
export function requireArgument(isRight: boolean, message: string): asserts isRight {
  if (!isRight) throw new HaosError<CcErrorCode>('HAOS_CC_ARGUMENT', message);
}

export function requireHost(host: Host): void {
  requireArgument(isObject(host) && isObject(host.files), 'the host must be a Host, such as liveHost()');
}

/** The options of what happens in a phase. */
export function requirePhaseOptions(options: { host: Host; phase: string }): void {
  requireArgument(isObject(options), 'the options must be an object with host and phase');
  requireHost(options.host);
  requireArgument(
    (PHASES as readonly string[]).includes(options.phase),
    `the phase must be one of ${PHASES.join(', ')}`,
  );
}

export function requireIssues(issues: readonly unknown[]): void {
  requireArgument(Array.isArray(issues) && issues.every(isObject), 'the issues must be a list of issues');
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
