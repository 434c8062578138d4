import { BuildFailure } from './failure.js';

/** Runs a program of the builder. Of a BuildFailure it prints only the message and the code. */
export async function runMain(main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    const code = error.code === undefined ? '' : ` [${error.code}]`;
    console[error.status === 0 ? 'log' : 'error'](`${error.message}${code}`);
    process.exitCode = error.status;
  }
}
