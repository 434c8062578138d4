import { HaosError, type HostErrorCode } from '@haos/host';
import type { CcErrorCode } from '../errors.js';
import { documentedKey } from '../model/pointer.js';
import { type Finding, isError } from '../rules/rule.js';

/**
 * Throws the first error among the findings of a check, so that applying fails exactly where validation reports an
 * error; warnings pass. `code` is for a finding without a code of its own. The error has the pointer in `details`.
 */
export function refuse(findings: readonly Finding[], code: CcErrorCode | HostErrorCode): void {
  const error = findings.find(isError);
  if (error === undefined) return;
  const { failure, pointer, message, hint } = error;
  throw new HaosError(failure ?? code, `${documentedKey(pointer)}: ${message}`, {
    details: { pointer },
    ...(hint === undefined ? {} : { hint }),
  });
}
