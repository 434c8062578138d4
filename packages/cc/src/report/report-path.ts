/** A file's path as CI systems know it: with slashes, also where it was named on Windows. */
export function pathOf(file: string): string {
  return file.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
}

/** The same as a URI (RFC 3986): relative for a relative path, else `file:///...`. */
export function uriOf(file: string): string {
  const path = pathOf(file);
  const [, drive = '', rest = ''] = /^([A-Za-z]:(?=\/))?(.*)$/s.exec(path) ?? [];
  const encoded = rest.split('/').map(encodeURIComponent).join('/');
  if (drive !== '') return `file:///${drive}${encoded}`;
  return rest.startsWith('/') ? `file://${encoded}` : encoded;
}
