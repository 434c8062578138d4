import { defineConfig } from 'vitest/config';

const source = (name: string) => new URL(`./packages/${name}/src/index.ts`, import.meta.url).pathname;

/** Unit tests read the sources, so that they need no build; everything under tests/ runs the built artefacts. */
export default defineConfig({
  resolve: {
    alias: [
      { find: '@haos/system/testing', replacement: new URL('./packages/system/src/testing.ts', import.meta.url).pathname },
      ...['cmdline', 'system', 'ssh', 'cc'].map((name) => ({ find: new RegExp(`^@haos/${name}$`), replacement: source(name) })),
    ],
  },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['packages/*/src/**/*.test.ts', 'bin/src/**/*.test.ts'] } },
      { test: { name: 'structure', include: ['tests/structure/**/*.test.ts', 'tests/docs/**/*.test.ts'] } },
      { test: { name: 'blackbox', include: ['tests/blackbox/**/*.test.ts', 'tests/package/**/*.test.ts'], testTimeout: 120_000 } },
    ],
  },
});
