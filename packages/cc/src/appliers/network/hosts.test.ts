import { describe, expect, it } from 'vitest';
import { setHostsName } from './hosts.js';

describe('setHostsName', () => {
  it('adds the line after that of localhost', () => {
    expect(setHostsName('127.0.0.1 localhost\n::1 localhost\n', 'node')).toBe(
      '127.0.0.1 localhost\n127.0.1.1\tnode\n::1 localhost\n',
    );
  });

  it('writes the full name first, then the short one', () => {
    expect(setHostsName('127.0.0.1 localhost\n', 'node.example.com')).toContain(
      '127.0.1.1\tnode.example.com node\n',
    );
  });

  it('keeps other entries, their order, comments and blank lines', () => {
    const before =
      '# mine\n\n10.0.0.5  registry.local registry # ours\n127.0.0.1 localhost\n127.0.1.1 old\n10.0.0.6 b\n';

    expect(setHostsName(before, 'node')).toBe(before.replace('127.0.1.1 old', '127.0.1.1\tnode'));
  });

  it('leaves the line alone if it has the name and another alias', () => {
    const before = '127.0.0.1 localhost\n127.0.1.1   node  alias\n';

    expect(setHostsName(before, 'node')).toBe(before);
  });

  it('replaces the line when another name is the canonical one', () => {
    expect(setHostsName('127.0.1.1 node.old.example node\n', 'node')).toBe('127.0.1.1\tnode\n');
  });

  it('does not treat a comment or a longer address as the line', () => {
    const before = '127.0.0.1 localhost\n#127.0.1.1 node\n127.0.1.10 other\n';

    expect(setHostsName(before, 'node')).toBe(
      '127.0.0.1 localhost\n127.0.1.1\tnode\n#127.0.1.1 node\n127.0.1.10 other\n',
    );
  });

  it.each([undefined, ''])('begins with the loopback addresses when the file is %j', (text) => {
    const lines = setHostsName(text, 'node').split('\n');

    expect(lines.slice(0, 3)).toEqual([
      '127.0.0.1\tlocalhost',
      '127.0.1.1\tnode',
      '::1\tlocalhost ip6-localhost ip6-loopback',
    ]);
  });

  it('repairs a missing final newline', () => {
    expect(setHostsName('127.0.0.1 localhost', 'node')).toBe('127.0.0.1 localhost\n127.0.1.1\tnode\n');
  });
});
