import type { Finding, SshdLook } from '../check.js';
import type { Machine } from '../facts/machine.js';
import { finding, skip } from '../finding.js';

/** The default of OpenSSH, as sshd knows it, is only known where sshd runs. */
export function lookAtSshd(look: SshdLook, { effectiveSshd, sshdSettings }: Machine): Finding {
  const name = look.option.toLowerCase();
  const setting = sshdSettings.find((candidate) => candidate.name === name);
  const value = effectiveSshd?.get(name) ?? setting?.value;
  if (value === undefined) return skip('no file sets it, and sshd cannot be asked');
  return finding(isAccepted(look, value), value, setting?.from ?? 'the default of OpenSSH');
}

function isAccepted({ accepted, atMost, only }: SshdLook, value: string): boolean {
  if (accepted) return accepted.some((word) => word.toLowerCase() === value.toLowerCase());
  // LoginGraceTime may have a unit, and 0 means no limit.
  if (atMost !== undefined) return /^\d+$/.test(value) && Number(value) > 0 && Number(value) <= atMost;
  return value.split(',').every((word) => only?.includes(word));
}
