import { BuildFailure } from './failure.js';

const PART = '[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*';

/**
 * A repository without a tag, as defined in https://pkg.go.dev/github.com/distribution/reference.
 */
const REPOSITORY = new RegExp(`^(?:(?<host>[A-Za-z0-9.-]+(?::\\d+)?)/)?(?<path>${PART}(?:/${PART})*)$`);

/**
 * Returns the full name of an image, such as `docker.io/example/haos:v1.2.0`. containerd compares
 * full names, so the parts that Docker leaves out are added. Tags cannot contain `+` (OCI
 * distribution specification); system-upgrade-controller also replaces it by `-`. Throws a
 * BuildFailure for a repository that is malformed or has a tag.
 */
export function fullImageName(repository: string, version: string): string {
  const { host, path = '' } = REPOSITORY.exec(repository)?.groups ?? {};
  if (path === '')
    throw new BuildFailure(
      `${repository} is not the name of an image without a tag, such as ghcr.io/example/haos`,
      2,
    );
  return `${qualify(host, path)}:${imageTag(version)}`;
}

/** Returns the image tag of a version of HAOS. */
export function imageTag(version: string): string {
  return version.replaceAll('+', '-');
}

/**
 * The first part is a host only if it has a dot or a port, or is localhost. Docker Hub's own images
 * are below `library`.
 */
function qualify(host: string | undefined, path: string): string {
  if (host === undefined) return `docker.io/library/${path}`;
  return /[.:]|^localhost$/.test(host) ? `${host}/${path}` : `docker.io/${host}/${path}`;
}
