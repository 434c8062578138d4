/** Formats a result for programs as one JSON document. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
