/** A result for programs, as a document of its own. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
