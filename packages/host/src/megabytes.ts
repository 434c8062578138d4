/** Converts bytes to whole megabytes (10^6), rounded down, for messages. */
export function megabytes(bytes: number): number {
  return Math.floor(bytes / 1_000_000);
}
