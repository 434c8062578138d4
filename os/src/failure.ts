/** Why there is no image, for the person who builds; `status` is the exit status. */
export class BuildFailure extends Error {
  constructor(
    message: string,
    readonly status = 1,
  ) {
    super(message);
  }
}
