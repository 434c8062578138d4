/** Where a file of a release is below a base URL. The `+` of a version has to be written as %2B. */
export function releaseUrl(base: string, version: string, name: string): string {
  return `${base}/${encodeURIComponent(version)}/${name}`;
}
