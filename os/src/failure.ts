/** The reason why a build failed, for the user; `status` is the exit status. */
export class BuildFailure extends Error {
  constructor(
    message: string,
    readonly status = 1,
  ) {
    super(message);
  }
}
