import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * A vitest reporter that writes the result of each file, and its duration with hooks, to the file
 * that HAOS_TEST_REPORT names. vitest's JSON reporter leaves out the time of `beforeAll`, in which
 * machines boot.
 */
export default class FileReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const path = process.env.HAOS_TEST_REPORT;
    if (path !== undefined) writeFileSync(path, JSON.stringify(modules.map(describe)));
  }
}

/** @param {import('vitest/node').TestModule} module @returns {import('./levels.mjs').TestFile} */
function describe(module) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    counts[state === 'pending' ? 'skipped' : state] += 1;
  }
  return {
    file: relative(process.cwd(), module.moduleId),
    state: module.state(),
    seconds: module.diagnostic().duration / 1000,
    counts,
  };
}
