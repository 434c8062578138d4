import { describe, expect, it } from 'vitest';
import { findCycles } from './cycles.js';
import { parseModule, readModules, readWorkspaces } from './module.js';

describe('import cycles', () => {
  it('do not exist', () => {
    const modules = [...readWorkspaces().flatMap((workspace) => workspace.modules), ...readModules('tests')];

    expect(findCycles(modules)).toEqual([]);
  });

  it('are found, types and lazy imports included', () => {
    const modules = [
      parseModule('bin/src/a.ts', "import './b.js';"),
      parseModule('bin/src/b.ts', "const c = await import('./deep/c.js');"),
      parseModule('bin/src/deep/c.ts', "import type { A } from '../a.js';"),
    ];

    expect(findCycles(modules)).toEqual([['bin/src/a.ts', 'bin/src/b.ts', 'bin/src/deep/c.ts']]);
  });
});
