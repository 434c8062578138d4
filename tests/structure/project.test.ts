import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../../packages/system/src/project.js';
import { ROOT } from './module.js';

const workspaces = [...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`), 'bin'];

describe("the project's home", () => {
  it.each(workspaces)('is the repository of %s', (directory) => {
    const { repository } = JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8'));

    expect(repository).toEqual({ type: 'git', url: `git+${PROJECT.repository}.git`, directory });
  });

  it('belongs to this project by default: without a release nothing resolves or is pulled', () => {
    if (PROJECT.releases !== undefined) return expect(PROJECT.releases).toMatch(/^https:\/\//);
    expect(new URL(PROJECT.repository).hostname).toMatch(/\.invalid$/);
    expect(new URL(PROJECT.documentation).hostname).toMatch(/\.invalid$/);
    expect(PROJECT.image).toMatch(/^localhost\//);
  });

  it('is not named elsewhere in the code', () => {
    const hosts = [PROJECT.repository, PROJECT.documentation].map((url) => new URL(url).hostname);
    const found = execFileSync(
      'git',
      ['grep', '--name-only', '-E', `${hosts.join('|')}|github\\.com/1898andCo/HAOS/rel`],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );

    expect(
      found
        .trim()
        .split('\n')
        .filter((path) => /\/src\/.*(?<!\.test)\.ts$/.test(path)),
    ).toEqual(['packages/system/src/project.ts']);
  });
});
