/** The addresses of this project. All code that needs one takes it from here. */
export interface Project {
  /** The source code. `package.json` files repeat it, and a test compares them. */
  readonly repository: string;
  /** The documentation, for people. */
  readonly documentation: string;
  /** The upgrade image without a tag. Releases are tagged with their version. */
  readonly image: string;
  /**
   * The image of the pods of the operator and its agents. It has no programs of its own, so that
   * its version is not that of a release.
   */
  readonly operatorImage: string;
  /**
   * The base URL of releases, with `latest` and `download/VERSION` as on GitHub. Undefined until
   * there is a release; a node then has no default channel.
   */
  readonly releases: string | undefined;
}

/**
 * The project has no public home yet. Names below `.invalid` never resolve (RFC 2606), and an image
 * of `localhost` is never pulled from a public registry. If another party could own a default, that
 * party would decide what a node runs.
 */
export const PROJECT: Project = {
  repository: 'https://haos.invalid/haos',
  documentation: 'https://haos.invalid/haos/docs',
  image: 'localhost/haos',
  operatorImage: 'localhost/haos-operator:v1',
  releases: undefined,
};
