import { liveHost } from '@haos/system';
import { describe, expect, it } from 'vitest';
import { renderStartScript } from './k3s-start-script.js';

const WORDS = [
  'server',
  '--a=b',
  '--etcd-snapshot-schedule-cron=0 */6 * * *',
  'two  blanks   three',
  ' ends ',
  "it's",
  'say "hi"',
  '$HOME `id` \\',
  '*',
  '',
];

describe('renderStartScript', () => {
  it('starts k3s with the words as they are, among files that match them', async () => {
    const script = renderStartScript('/usr/bin/printf', ['%s|', ...WORDS]).replace(/^\. .*$/m, '');

    const { stdout } = await liveHost().run('sh', ['-c', `cd /\n${script}`]);

    expect(stdout).toBe(`${WORDS.join('|')}|`);
  });

  it('looks like this', () => {
    expect(renderStartScript('/usr/sbin/k3s', ['server', '--x=a b'])).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by HAOS from haos.k3s_args; changes are overwritten.
      # The flags of k3s are in /etc/rancher/k3s/config.yaml.d/50-haos.yaml.

      set -o allexport
      . /etc/rancher/k3s/k3s-service.env
      exec /usr/sbin/k3s server '--x=a b'
      "
    `);
  });

  it.each(['a\nb', 'a\tb', 'a\0b'])('refuses the word %j', (word) => {
    expect(() => renderStartScript('/usr/sbin/k3s', ['server', word])).toThrow(
      expect.objectContaining({ code: 'HAOS_CC_K3S_ARGUMENT' }),
    );
  });
});
