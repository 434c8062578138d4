import { describe, expect, it } from 'vitest';
import { parseKeySource } from './key-source.js';
import { makeKey } from './testing/make-key.js';

describe('parseKeySource', () => {
  it.each([
    ['github:ibuildthecloud', 'https://github.com/ibuildthecloud.keys'],
    [' GitHub:a-b_corp\n', 'https://github.com/a-b_corp.keys'],
    ['gitlab:ada.l_ovelace-1', 'https://gitlab.com/ada.l_ovelace-1.keys'],
    ['https://example.com/keys?for=x', 'https://example.com/keys?for=x'],
    ['http://10.0.0.1:8080/k', 'http://10.0.0.1:8080/k'],
  ])('treats %j as a page of keys', (item, url) => {
    expect(parseKeySource(item)).toEqual({ kind: 'remote', text: item.trim(), url });
  });

  it.each([
    'github:',
    'github: ada',
    'github:ada/../../evil',
    'github:a?b',
    'github:a#b',
    'github:-a',
    'github:a.b',
    'github:a%2Fb',
    'github:ada\nx',
    'gitlab:..',
    'gitlab:a@evil.example',
    'gitlab:group/project',
    'https://',
    'https:///path',
    'http:example.com',
    'https://exa mple.com/',
    'https://[::1',
    'ftp://example.com/keys',
    'ada',
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB...',
  ])('finds %j invalid', (item) => {
    expect(parseKeySource(item).kind).toBe('invalid');
  });

  it('reads the keys of a literal source', () => {
    const source = parseKeySource(`  ${makeKey('a')}\n`);

    expect(source).toMatchObject({
      kind: 'literal',
      text: makeKey('a'),
      keys: [{ line: makeKey('a') }],
      rejected: [],
    });
  });

  it('reads a literal of several lines and reports those that are not keys', () => {
    const source = parseKeySource(`${makeKey('a')}\nnonsense\n${makeKey('b')}`);

    expect(source).toMatchObject({
      kind: 'literal',
      keys: [{}, {}],
      rejected: [{ line: 2, code: 'not-a-key' }],
    });
  });

  it.each(['', ' \n', '# my keys'])('accepts %j as an empty list of keys', (item) => {
    expect(parseKeySource(item)).toMatchObject({ kind: 'literal', keys: [], rejected: [] });
  });

  it('never repeats the text of an invalid item in the reason', () => {
    expect(parseKeySource('https://user:hunter2@exa mple')).toMatchObject({
      reason: expect.not.stringContaining('hunter2'),
    });
  });
});
