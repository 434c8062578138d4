import { HaosError, type HostErrorCode } from '@haos/host';
import type { CcErrorCode } from '../errors.js';
import { documentedKey } from '../model/pointer.js';
import { type Finding, isError } from '../rules/rule.js';

/**
 * Throws the first error among the findings of a check, so that applying fails exactly where
 * validation reports an error. Warnings pass. `code` is for a finding without its own code.
 * `details` of the error contains the pointer.
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
