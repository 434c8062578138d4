import { describe, expect, it } from 'vitest';
import { parseInvocation, selectCommand, wantsJson, withCalledName } from './arguments.js';
import type { Command } from './command.js';
import { EXIT } from './exit-status.js';

const leaf: Command = {
  name: 'plan',
  summary: 'plan',
  options: [
    { name: 'root', value: 'DIR', summary: 'directory' },
    { name: 'format', value: 'FORMAT', choices: ['text', 'json'], summary: 'format' },
    { name: 'quiet', short: 'q', summary: 'quiet' },
    { name: 'output', value: 'FILE', many: true, summary: 'output' },
  ],
  operands: 'FILE...',
  examples: [],
};
const program: Command = {
  name: 'haos',
  summary: 'all',
  options: [{ name: 'version', summary: 'version' }],
  examples: [],
  commands: [{ name: 'config', summary: 'config', options: leaf.options, examples: [], commands: [leaf] }],
};

function parse(...argv: string[]) {
  return parseInvocation(selectCommand(program, argv));
}

describe('the command that is selected', () => {
  it.each([
    [[], ['haos']],
    [['config'], ['haos', 'config']],
    [
      ['config', 'plan', 'config'],
      ['haos', 'config', 'plan'],
    ],
    [['plan'], ['haos']],
    [['--root', 'config'], ['haos']],
  ])('of %j is %j', (argv, names) => {
    expect(selectCommand(program, argv).path.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ['/usr/sbin/config', ['config', '--boot']],
    ['/usr/bin/haos', ['--boot']],
    ['/usr/lib/haos/haos.cjs', ['--boot']],
    ['/usr/sbin/plan', ['--boot']],
  ])('is selected by the name %s of a link', (calledAs, argv) => {
    expect(withCalledName(program, calledAs, ['--boot'])).toEqual(argv);
  });
});

describe('options and operands', () => {
  it('are accepted in any order', async () => {
    const invocation = await parse('config', 'plan', 'a', '--root', '/x', '-q', 'b', '--format=json');

    expect(invocation.operands).toEqual(['a', 'b']);
    expect([invocation.text('root'), invocation.text('format')]).toEqual(['/x', 'json']);
    expect([invocation.has('quiet'), invocation.has('root')]).toEqual([true, true]);
  });

  it('collect all values of an option that may be repeated; otherwise the last one counts', async () => {
    const invocation = await parse(
      'config',
      'plan',
      '--output',
      'a',
      '--root=/x',
      '--output=b',
      '--root',
      '/y',
    );

    expect(invocation.texts('output')).toEqual(['a', 'b']);
    expect([invocation.text('output'), invocation.text('root')]).toEqual(['b', '/y']);
    expect((await parse('config', 'plan')).texts('output')).toEqual([]);
  });

  it('are optional', async () => {
    const invocation = await parse('config', 'plan');

    expect(invocation.operands).toEqual([]);
    expect([invocation.text('root'), invocation.has('quiet'), invocation.wantsHelp]).toEqual([
      undefined,
      false,
      false,
    ]);
  });

  it('end at two dashes; one dash is an operand', async () => {
    expect((await parse('config', 'plan', '-', '--', '--root')).operands).toEqual(['-', '--root']);
  });

  it.each([['--help'], ['-h']])('ask for help with %s, even beside invalid ones', async (option) => {
    expect((await parse('config', 'plan', '--nonsense', option)).wantsHelp).toBe(true);
  });

  it.each([
    ['an unknown option', ['config', 'plan', '--rot', '/x'], 'Did you mean --root?'],
    ['an unknown short option', ['config', 'plan', '-x'], undefined],
    ['a missing value', ['config', 'plan', '--root'], undefined],
    ['an option in the place of a value', ['config', 'plan', '--root', '--quiet'], undefined],
    ['an empty value', ['config', 'plan', '--root='], undefined],
    ['a value for a switch', ['config', 'plan', '--quiet=yes'], undefined],
    ['a value that is not among the choices', ['config', 'plan', '--format', 'jsno'], 'Did you mean json?'],
    ['an unknown command', ['config', 'paln'], 'Did you mean plan?'],
    ['an unknown command that resembles no other', ['config', 'something-else'], undefined],
    ['an operand of a command that takes no operands', ['cofnig'], 'Did you mean config?'],
  ])('refuse %s', async (_title, argv, hint) => {
    await expect(parse(...argv)).rejects.toMatchObject({ name: 'CommandFailure', status: EXIT.usage, hint });
  });

  it.each([
    [['plan', 'f'], 'Did you mean haos config plan f?'],
    [['plan', '--root', '/x', 'a file'], "Did you mean haos config plan --root /x 'a file'?"],
    [['plam', 'f'], 'Did you mean haos config plan f?'],
    [['plan', '--help'], 'Did you mean haos config plan --help?'],
    [['config', 'config'], 'Did you mean haos config?'],
    [['cofnig', 'plan'], 'Did you mean config?'],
    [['x'], undefined],
  ])('suggest the command with that name, wherever it is: %j', async (argv, hint) => {
    await expect(parse(...argv)).rejects.toMatchObject({ status: EXIT.usage, hint });
  });

  it('report a subcommand after an option', async () => {
    await expect(parse('config', '--quiet', 'plan')).rejects.toMatchObject({
      status: EXIT.usage,
      hint: expect.stringContaining('config plan'),
    });
  });
});

describe('JSON', () => {
  it.each([
    [['--format', 'json'], true],
    [['--nonsense', '--format=json', 'x'], true],
    [['--format', 'text', '--format', 'json'], true],
    [['--format', 'json', '--format=text'], false],
    [['--', '--format', 'json'], false],
    [['--format'], false],
    [['json'], false],
  ])('is wanted by %j: %s', (args, expected) => {
    expect(wantsJson(args)).toBe(expected);
  });
});
