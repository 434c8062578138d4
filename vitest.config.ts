import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/vm/longest-first.js';

const packages = fileURLToPath(new URL('./packages/', import.meta.url));

/** One worker for each processor; the default leaves one unused, which is half of CI's machine. */
const ALL = '100%';

/**
 * Unit tests read the sources, so they need no build; everything under tests/ runs the built
 * artefacts.
 */
export default defineConfig({
  resolve: {
    alias: [
      { find: '@haos/host/testing', replacement: `${packages}host/src/testing.ts` },
      { find: /^@haos\/cc\/(datasources|testing)$/, replacement: `${packages}cc/src/$1/index.ts` },
      { find: /^@haos\/(\w+)\/internal$/, replacement: `${packages}$1/src/internal.ts` },
      ...readdirSync(packages).map((name) => ({
        find: new RegExp(`^@haos/${name}$`),
        replacement: `${packages}${name}/src/index.ts`,
      })),
    ],
  },
  test: {
    silent: 'passed-only',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // No module has a state, so that files can share them: half of the time was their import.
          isolate: false,
          testTimeout: 240_000,
          maxWorkers: ALL,
          include: [
            'packages/*/src/**/*.test.ts',
            'bin/*.test.ts',
            '{bin,os}/src/**/*.test.ts',
            'tests/fuzz/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'structure',
          include: ['tests/{structure,docs}/**/*.test.ts'],
          testTimeout: 240_000,
          maxWorkers: ALL,
        },
      },
      {
        // One file at a time, because the machine installs to one disk at a time.
        test: {
          name: 'loop',
          include: ['tests/loop/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          testTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'blackbox',
          include: ['tests/{blackbox,package}/**/*.test.ts'],
          testTimeout: 240_000,
          maxWorkers: ALL,
        },
      },
      {
        // Reads the sources, and starts real API servers, each of which mostly waits.
        extends: true,
        test: {
          name: 'operator',
          include: ['tests/operator/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
        },
      },
      // Two machines at a time, each of which keeps one processor busy. A matrix test may start
      // several machines. Each wait has a limit of its own, so tests and hooks need none.
      ...['vm', 'matrix'].map((name) => ({
        test: {
          name,
          include: [`tests/${name}/**/*.test.ts`],
          globalSetup: ['tests/vm/setup.ts'],
          testTimeout: 0,
          hookTimeout: 0,
          maxWorkers: name === 'vm' ? 2 : 1,
        },
      })),
    ],
  },
});
