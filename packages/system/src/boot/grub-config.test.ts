import { parse } from '@haos/cmdline';
import { describe, expect, it } from 'vitest';
import { quoteArguments, renderGrubConfig } from './grub-config.js';

/**
 * Returns the kernel command line that GRUB builds from the words of its script: it quotes words
 * with blanks.
 */
function asKernelSees(script: string): string {
  const words = [...script.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
  return words.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ');
}

describe('kernel arguments', () => {
  it.each([
    ['plain ones', [{ name: 'console', value: 'ttyS0,115200' }, { name: 'haos.debug' }]],
    ['blanks', [{ name: 'haos.labels[a]', value: 'one two' }]],
    ['what GRUB would expand', [{ name: 'a', value: '$b;{c}#<d>|&' }]],
    ['what is not ASCII', [{ name: 'hostname', value: 'größe' }]],
  ])('reach the kernel unchanged: %s', (_title, entries) => {
    const { parameters } = parse(asKernelSees(quoteArguments(entries)));

    expect(parameters.map(({ name, value }) => [name, value])).toEqual(
      entries.map((entry) => [entry.name, 'value' in entry ? entry.value : 'true']),
    );
  });

  it.each(['a"b', "it's", 'a\\b', 'a\nb'])('are refused if GRUB would change them: %j', (value) => {
    expect(() => quoteArguments([{ name: 'a', value }])).toThrowError(
      expect.objectContaining({ code: 'HAOS_INSTALL_ARGUMENT' }),
    );
  });
});

describe('the configuration of GRUB', () => {
  const config = renderGrubConfig({
    stateUuid: '01234567-89ab',
    arguments: [{ name: 'console', value: 'ttyS0,115200' }],
    serial: { unit: 0, speed: 115_200 },
  });

  it('has four entries and counts only the current one', () => {
    const entries = [...config.matchAll(/^menuentry "(.*)" --id (\S+) \{\n([\s\S]*?)^\}/gm)];

    expect(entries.map(([, title, id]) => [id, title])).toEqual([
      ['current', 'HAOS Current'],
      ['previous', 'HAOS Previous'],
      ['rescue-current', 'HAOS Rescue (current)'],
      ['rescue-previous', 'HAOS Rescue (previous)'],
    ]);
    expect(entries.map(([, , id, body]) => [id, body?.includes('count_boot')])).toEqual([
      ['current', true],
      ['previous', false],
      ['rescue-current', false],
      ['rescue-previous', false],
    ]);
    expect(entries[1]?.[3]).toBe(
      [
        '  linux $system/kernel/previous/vmlinuz console=ttyS0,115200 haos.state=UUID=01234567-89ab haos.slot=previous',
        '  initrd $system/kernel/previous/initrd\n',
      ].join('\n'),
    );
    expect(entries[2]?.[3]).toContain('haos.slot=current rescue');
  });

  it('finds the state partition by its UUID, and shows the menu on the serial line', () => {
    expect(config).toContain('search --no-floppy --fs-uuid --set=root 01234567-89ab\n');
    expect(config).toContain('serial --unit=0 --speed=115200');
    expect(renderGrubConfig({ stateUuid: 'a' })).not.toContain('serial');
  });

  it('writes nothing if GRUB cannot, but still uses the slot that HAOS wrote', () => {
    const uncounted = renderGrubConfig({ stateUuid: 'a', counts: false });

    expect(uncounted).not.toMatch(/save_env|count_boot|\$trial/);
    expect(uncounted).toContain('load_env');
    expect(uncounted).toContain('set default=previous');
  });
});
