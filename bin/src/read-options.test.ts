import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOptions } from './read-options.js';

const forms = [
  { name: 'root', value: 'DIR' },
  { name: 'output', short: 'o', value: 'FILE' },
  { name: 'quiet', short: 'q' },
  { name: 'help', short: 'h' },
];

/** What Node's own parser makes of the same arguments. */
function readByNode(args: string[]) {
  const { tokens, positionals } = parseArgs({
    args,
    options: {
      root: { type: 'string' },
      output: { type: 'string', short: 'o' },
      quiet: { type: 'boolean', short: 'q' },
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    tokens: true,
  });
  const options = tokens.flatMap((token) =>
    token.kind === 'option'
      ? [
          {
            name: token.name,
            rawName: token.rawName,
            ...(token.value === undefined ? {} : { value: token.value }),
            ...(token.inlineValue ? { isInline: true } : {}),
          },
        ]
      : [],
  );
  return { options, operands: positionals };
}

describe('options are separated from operands', () => {
  const word = fc.constantFrom(
    ...['--root', '--root=', '--root=/x', '--root=a=b', '--quiet', '--quiet=yes', '--other', '--other=1'],
    ...['-q', '-qh', '-o', '-ofile', '-qofile', '-qo', '-o=x', '-x', '-xq', '-q=1', '-', '--', '---', '--=x'],
    ...['file', '', '=', '-oq', '--no-quiet', '--__proto__', '--constructor', '-ho-', '-o-q'],
  );

  // There, the last dash of `-q-` ends the options.
  const hasDashAmongSwitches = (arg: string) => /^-[^-o]+-/.test(arg);

  it('as parseArgs of node:util does', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 4 })), { maxLength: 6 }), (args) => {
        fc.pre(!args.some(hasDashAmongSwitches));
        expect(readOptions(args, forms)).toEqual(readByNode(args));
      }),
      { numRuns: 2000 },
    );
  });

  it('and a dash among switches is an option that no command has', () => {
    expect(readOptions(['-q-', 'file'], forms)).toEqual({
      options: [
        { name: 'quiet', rawName: '-q' },
        { name: '-', rawName: '--' },
      ],
      operands: ['file'],
    });
  });
});
