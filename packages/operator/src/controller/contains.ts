/**
 * Returns whether a value from the API server has everything of another: it may have more names,
 * such as those that the server fills in, but lists are equal.
 */
export function contains(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(present) &&
      present.length === wanted.length &&
      wanted.every((item, index) => contains(present[index], item))
    );
  if (typeof wanted !== 'object' || wanted === null) return present === wanted;
  if (typeof present !== 'object' || present === null) return false;
  const inside = present as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(
    ([name, value]) => value === undefined || contains(inside[name], value),
  );
}
