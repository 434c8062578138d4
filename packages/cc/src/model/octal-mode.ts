/**
 * The octal mode that permissions were before a tool wrote them as a decimal number: `0644` for
 * `420`. Undefined for text that is more likely meant as it is: `440` is usual as octal digits, and
 * as a decimal number it would be 0670, which is not.
 */
export function octalMeant(text: string): string | undefined {
  if (text.startsWith('0') || !/^[1-9]\d{2,3}$/.test(text) || isUsualMode(text)) return undefined;
  const octal = Number(text).toString(8);
  return isUsualMode(octal) ? octal.padStart(4, '0') : undefined;
}

/**
 * Returns whether the owner may read, the group no more than the owner, others no more than the
 * group.
 */
function isUsualMode(digits: string): boolean {
  const [, special = '', ...rest] = /^([0-7]?)([0-7])([0-7])([0-7])$/.exec(digits) ?? [];
  const [owner = 0, group = 0, others = 0] = rest.map(Number);
  return owner >= 4 && (group & ~owner) === 0 && (others & ~group) === 0 && '0124'.includes(special);
}
