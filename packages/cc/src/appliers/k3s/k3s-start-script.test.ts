import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveHost } from '@haos/host';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
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
  it('starts k3s with the words unchanged, among files that match them', async () => {
    const script = renderStartScript('/usr/bin/printf', ['%s|', ...WORDS]).replace(
      /^(?:\. .*|wait_when_failing|.*wait-online.*|.*localtime)$/gm,
      '',
    );

    const { stdout } = await liveHost().run('sh', ['-c', `cd /\n${script}`]);

    expect(stdout).toBe(`${WORDS.join('|')}|`);
  });

  it('starts k3s with any words without control characters', async () => {
    const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
    // One shell checks all words, because each shell takes time.
    const words = fc.sample(fc.array(printable, { maxLength: 20 }), 50).flat();
    const script = renderStartScript('/usr/bin/printf', ['%s|', ...words]).replace(
      /^(?:\. .*|wait_when_failing|.*wait-online.*|.*localtime)$/gm,
      '',
    );

    const { stdout } = await liveHost().run('sh', ['-c', `cd /\n${script}`]);

    expect(stdout).toBe(words.map((word) => `${word}|`).join(''));
  });

  it('waits from the fourth start in a row until one lasts', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'haos-k3s-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const script = renderStartScript('/bin/true', ['server'])
      .replace(/^\. .*$/m, '')
      .replace(/\/usr\/lib\/haos\/boot\/wait-online.*/, 'echo waits for the network >&2')
      .replaceAll('/run/haos/', `${directory}/`)
      .replaceAll('/etc/localtime', `${directory}/localtime`)
      .replaceAll('/proc/uptime', `${directory}/uptime`);
    writeFileSync(join(directory, 'start'), script);
    // Seconds since the kernel started, for each start of k3s.
    const times = [10, 16, 22, 28, 60, 95, 600, 606];
    const starts = times.map(
      (time) => `echo '${time}.25 1.00' >${directory}/uptime; (. ${directory}/start) >${directory}/log
        [ -s ${directory}/log ] && echo ${time}`,
    );
    const stubs = 'sleep() { echo "slept $1"; }';

    const { stdout } = await liveHost().run('sh', ['-c', [stubs, ...starts, ':'].join('\n')]);

    expect(stdout).toBe('28\n60\n95');
  });

  it('looks like this', () => {
    expect(renderStartScript('/usr/sbin/k3s', ['server', '--x=a b'])).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Written by HAOS from haos.k3s_args; changes are overwritten.
      # The flags of k3s are in /etc/rancher/k3s/config.yaml.d/50-haos.yaml.

      uptime() {
      	read -r seconds _ </proc/uptime
      	echo "\${seconds%%.*}"
      }

      # After 3 starts in a row that ended within 120 seconds, the next ones wait.
      wait_when_failing() {
      	count=0 last=0
      	[ ! -r /run/haos/k3s-starts ] || read -r count last </run/haos/k3s-starts
      	[ $(($(uptime) - \${last:-0})) -lt 120 ] || count=0
      	if [ "\${count:-0}" -ge 3 ]; then
      		echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) haos: k3s exited soon after each of its last $count starts; the next start is in 25 seconds"
      		sleep 25
      	fi
      	echo "$((\${count:-0} + 1)) $(uptime)" >/run/haos/k3s-starts
      }

      wait_when_failing
      [ "$count" -gt 0 ] || /usr/lib/haos/boot/wait-online 30
      # Pods mount it; where it is missing, the runtime would make a directory in its place.
      [ -e /etc/localtime ] || ln -s /usr/share/zoneinfo/Etc/UTC /etc/localtime
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
