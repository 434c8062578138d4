/** Returns the text of os-release(5). */
export function renderOsRelease(version: string): string {
  return `NAME="HAOS"\nID=haos\nID_LIKE=debian\nVERSION_ID="${version}"\nPRETTY_NAME="HAOS ${version}"\n`;
}
