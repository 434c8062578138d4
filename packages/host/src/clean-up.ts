/** What has to be undone, whatever happens, or only after a failure. */
export interface CleanUp {
  /** Registers what releases something that was just taken. */
  always(undo: () => Promise<void> | void): void;
  /** Registers what takes back something that must not stay half done. */
  onError(undo: () => Promise<void> | void): void;
}

/**
 * Runs `work` and then what it registered, last first; every undo runs, whatever the others do. Throws what `work` threw, else the
 * first failure of an undo.
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
