/**
 * Returns the URL of a release file below a base URL. The `+` of a version must be written as %2B.
 */
export function releaseUrl(base: string, version: string, name: string): string {
  return `${base}/${encodeURIComponent(version)}/${name}`;
}
