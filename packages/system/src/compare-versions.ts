/**
 * Compares two versions: returns a negative number if `a` is older, and 0 if neither is. As in
 * semantic versioning, numbers compare as numbers, and a version with a suffix after `-` comes
 * before the one without it: v1.0.0-rc1 < v1.0.0 < v1.0.1. The part after a `+`, as in v1.30.1+k3s2
 * of k3s, counts last. Ignores the suffix that the image builder adds to distinguish programs of
 * one version.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(upstreamVersion(a)), split(upstreamVersion(b))];
  return (
    compareParts(left.core, right.core) ||
    compareSuffixes(left.suffix, right.suffix) ||
    compareParts(left.build, right.build)
  );
}

/**
 * Returns the version that a k3s program prints from the name of its component: v1.36.4+k3s1 from
 * v1.36.4+k3s1.g1a2b3c4d (a program passed to the image builder) and from v1.36.4+k3s1.airgap (with
 * its images).
 */
export function upstreamVersion(name: string): string {
  return name.replace(/\.(?:airgap|g[0-9a-f]{8})$/, '');
}

const CONTENT = /\.(?:airgap|g[0-9a-f]{8,})$/;

function split(version: string): { core: string; suffix: string; build: string } {
  const [, core = '', suffix = '', build = ''] = /^v?([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/.exec(version) ?? [];
  return { core, suffix, build: build.replace(CONTENT, '') };
}

function compareSuffixes(a: string, b: string): number {
  if (a === '' || b === '') return Number(a === '') - Number(b === '');
  return compareParts(a, b);
}

/** Compares runs of digits as numbers, anything else as text. */
function compareParts(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = comparePart(left[index] ?? '0', right[index] ?? '0');
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(text: string): readonly string[] {
  return text.match(/\d+|[^\d.]+/g) ?? [];
}

function comparePart(a: string, b: string): number {
  if (/^\d/.test(a) && /^\d/.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : Number(a > b);
}
