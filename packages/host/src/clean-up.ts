/** Registers steps to run at the end, always or only after a failure. */
export interface CleanUp {
  /** Registers a step that releases a resource just acquired. */
  always(undo: () => Promise<void> | void): void;
  /** Registers a step that reverts a change that must not stay half done. */
  onError(undo: () => Promise<void> | void): void;
}

/**
 * Runs `work`, then the steps that it registered, last first. Each step runs even if others fail.
 * Throws the error of `work`, else the first error of a step.
 */
export async function withCleanUp<T>(work: (cleanUp: CleanUp) => Promise<T>): Promise<T> {
  const undos: { undo: () => Promise<void> | void; onErrorOnly: boolean }[] = [];
  const failures: unknown[] = [];
  const attempt = async (step: () => Promise<void> | void) => {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  };
  let result: { value: T } | undefined;
  await attempt(async () => {
    const value = await work({
      always: (undo) => void undos.push({ undo, onErrorOnly: false }),
      onError: (undo) => void undos.push({ undo, onErrorOnly: true }),
    });
    result = { value };
  });
  for (const { undo, onErrorOnly } of undos.reverse()) {
    if (!onErrorOnly || failures.length > 0) await attempt(undo);
  }
  if (failures.length > 0 || !result) throw failures[0];
  return result.value;
}
