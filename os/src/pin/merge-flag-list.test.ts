import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mergeFlagList } from './merge-flag-list.js';
import type { HelpFlag } from './parse-flag-help.js';

const MODULE = `/** Flags. */
export const FLAGS_OF = 'v1.0.0+k3s1';
export const COMMON_FLAGS = \`
  debug node-ip/i=*
\`;
export const SERVER_FLAGS = \`
  cluster-init
\`;
export const AGENT_FLAGS = \`
  rootless
\`;
`;

function flag(name: string, fields: Partial<HelpFlag> = {}): HelpFlag {
  return { name, aliases: [], takesValue: false, isRepeatable: false, ...fields };
}

const debug = flag('debug');
const nodeIp = flag('node-ip', { aliases: ['i'], takesValue: true, isRepeatable: true });
const server = [debug, nodeIp, flag('cluster-init')];
const agent = [debug, nodeIp, flag('rootless')];
const version = 'v1.1.0+k3s1';

describe('the list of flags', () => {
  it('gets only the new version if the release has the same flags', () => {
    expect(mergeFlagList(MODULE, { version, server, agent })).toEqual({
      text: MODULE.replace('v1.0.0+k3s1', version),
      added: [],
      unseen: [],
    });
  });

  it('gets new flags in order, and changed ones', () => {
    const value = { takesValue: true };
    const changed = flag('cluster-init', value);

    const { text, added } = mergeFlagList(MODULE, {
      version,
      server: [debug, nodeIp, changed, flag('docker'), flag('apple', value)],
      agent: [debug, nodeIp, flag('docker'), flag('rootless'), flag('zone')],
    });

    expect(added).toEqual(['cluster-init=', 'docker', 'apple=', 'zone']);
    expect(text).toContain('COMMON_FLAGS = `\n  debug docker node-ip/i=*\n`');
    expect(text).toContain('SERVER_FLAGS = `\n  apple= cluster-init=\n`');
    expect(text).toContain('AGENT_FLAGS = `\n  rootless zone\n`');
  });

  it('moves a flag that both commands accept now', () => {
    const { text } = mergeFlagList(MODULE, { version, server: [...server, flag('rootless')], agent });

    expect(text).toContain('COMMON_FLAGS = `\n  debug node-ip/i=* rootless\n`');
    expect(text).toContain('AGENT_FLAGS = `\n\n`');
  });

  it('keeps flags that the program does not show, and names them', () => {
    const { text, unseen } = mergeFlagList(MODULE, { version, server: [nodeIp], agent: [nodeIp] });

    expect(unseen).toEqual(['debug', 'cluster-init', 'rootless']);
    expect(text).toContain('  cluster-init\n');
  });

  it.each([
    ['a program that shows nothing', MODULE, []],
    ['a module of another form', MODULE.replace('AGENT_FLAGS', 'OTHER'), agent],
  ])('refuses %s', (_title, module, shown) => {
    expect(() => mergeFlagList(module, { version, server, agent: shown })).toThrow(
      expect.objectContaining({ status: 1 }),
    );
  });

  it('has the expected form', () => {
    const path = fileURLToPath(new URL('../../../packages/cc/src/k3s/flag-list.ts', import.meta.url));
    const real = readFileSync(path, 'utf8');
    const added = flag('zzz', { takesValue: true });

    const merged = mergeFlagList(real, { version, server: [added], agent: [added] });

    expect(merged.unseen.length).toBeGreaterThan(100);
    expect(merged.text).toContain(' zzz=\n`');
    const lines = merged.text.split('\n').filter((line) => /^ {2}\S/.test(line));
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });
});
