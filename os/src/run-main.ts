import { BuildFailure } from './failure.js';

/** Runs a program of the builder. Of a BuildFailure it prints only the message. */
export async function runMain(main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    console[error.status === 0 ? 'log' : 'error'](error.message);
    process.exitCode = error.status;
  }
}
