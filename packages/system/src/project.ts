/** Where this project is at home. Everything that names the project's own addresses takes them from here. */
export interface Project {
  /** The source code; `package.json` files repeat it, and a test compares them. */
  readonly repository: string;
  /** The documentation, for people. */
  readonly documentation: string;
  /** The upgrade image, without a tag: releases are tagged with their version. */
  readonly image: string;
  /**
   * The URL below which releases are found, `latest` and `download/VERSION` in the way of GitHub; undefined as long as
   * nothing is released. A node has no default channel then.
   */
  readonly releases: string | undefined;
}

/**
 * The project has no public home yet. Names below `.invalid` never resolve (RFC 2606), and an image of `localhost` is
 * never pulled from a public registry: a default that somebody else could own would decide what a node runs.
 */
export const PROJECT: Project = {
  repository: 'https://haos.invalid/haos',
  documentation: 'https://haos.invalid/haos/docs',
  image: 'localhost/haos',
  releases: undefined,
};
