import { readFileSync } from 'node:fs';
import { DATA_SOURCES } from '@haos/cc/datasources';
import { describe, expect, it } from 'vitest';
import { parseInvocation, selectCommand } from './arguments.js';
import { haos } from './commands.js';
import { formatHelp } from './help.js';
import { listCommands } from './list-commands.js';
import { DATA_SOURCE_NAMES } from './more-commands.js';

const documentation = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const commands = listCommands([haos]);

/** Ignores the examples, which people copy. */
function widest(help: string): number {
  const [text = '', examples = ''] = help.split('\nExamples:\n');
  const after = examples.split('\n\n').slice(1).join('\n');
  return Math.max(...`${text}\n${after}`.split('\n').map(({ length }) => length));
}

describe.each(commands)('$called', ({ called, command, path }) => {
  it('has help with an example and every option', () => {
    const help = formatHelp(path, { isInstalled: () => false, columns: () => undefined });

    expect(command.examples.length).toBeGreaterThan(0);
    for (const { name } of command.options) expect(help).toContain(`--${name}`);
    for (const { name } of command.commands ?? []) expect(help).toContain(name);
    expect(widest(help)).toBeLessThanOrEqual(100);
  });

  it.each([
    ['of 60 columns', 60, 60],
    ['of 300 columns', 300, 100],
    ['that does not report its width', 0, 80],
  ])('has help for a terminal %s', (_title, columns, limit) => {
    const help = formatHelp(path, { isInstalled: () => false, columns: () => columns });

    expect(widest(help)).toBeLessThanOrEqual(limit);
  });

  it('is documented with every option', () => {
    expect(documentation).toContain(`\n## \`${called}\`\n`);
    const section = documentation.split(`\n## \`${called}\`\n`)[1]!.split('\n## ')[0]!;
    for (const { name, value } of command.options)
      expect(section).toContain(`\`--${name}${value ? ` ${value}` : ''}\``);
  });

  it('accepts its own examples', async () => {
    for (const { line } of command.examples) {
      const words = line
        .replace(/^.*?\bhaos /, '')
        .split(/ [>|] |\)/, 1)[0]!
        .replaceAll("'", '')
        .split(' ');

      await expect(parseInvocation(selectCommand(haos, words))).resolves.toMatchObject({ wantsHelp: false });
    }
  });
});

describe('the help of the program', () => {
  it.each([true, false])('offers an installation only if nothing is installed: %s', (isInstalled) => {
    const help = formatHelp([haos], { isInstalled: () => isInstalled, columns: () => undefined });

    expect(help.includes('install HAOS on a disk')).toBe(!isInstalled);
  });
});

it('completion offers exactly the data sources that exist', () => {
  expect([...DATA_SOURCE_NAMES].sort()).toEqual([...DATA_SOURCES].sort());
});
