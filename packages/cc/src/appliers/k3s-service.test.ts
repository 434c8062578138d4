import { liveHost } from '@haos/system';
import { describe, expect, it } from 'vitest';
import { renderLogRotation, renderService } from './k3s-service.js';

describe('renderService', () => {
  it('writes arguments so that k3s gets them as they are', async () => {
    const args = [
      'server',
      '--a=b',
      'two  blanks   three',
      ' ends ',
      "it's",
      'say "hi"',
      '$HOME `id` \\',
      '*',
      '',
    ];

    // OpenRC sources the service and evaluates the arguments without quotes.
    const script = `${renderService('/usr/sbin/k3s', args)}\neval set -- $command_args\nprintf '%s|' "$@"`;

    expect((await liveHost().run('sh', ['-c', script])).stdout).toBe(`${args.join('|')}|`);
  });

  it('looks like this', () => {
    expect(renderService('/usr/sbin/k3s', ['server', '--node-label', 'a=b c'])).toMatchInlineSnapshot(`
      "#!/sbin/openrc-run
      # Written by HAOS from haos.k3s_args, haos.labels and haos.taints; changes are overwritten.

      description="Kubernetes"
      supervisor=supervise-daemon
      command=/usr/sbin/k3s
      command_args="server --node-label 'a=b c'"
      pidfile=/run/k3s-service.pid
      output_log=/var/log/k3s-service.log
      error_log=/var/log/k3s-service.log
      respawn_delay=5
      respawn_max=0
      rc_ulimit="-n 1048576"

      depend() {
      	want cgroups
      	after connman net-online
      }

      start_pre() {
      	set -o allexport
      	. /etc/rancher/k3s/k3s-service.env
      	set +o allexport
      }
      "
    `);
  });

  it.each(['a\nb', 'a\tb', 'a\0b'])('refuses the argument %j', (argument) => {
    expect(() => renderService('/usr/sbin/k3s', ['server', argument])).toThrow(
      expect.objectContaining({ code: 'HAOS_CC_K3S_ARGUMENT' }),
    );
  });
});

describe('renderLogRotation', () => {
  it('copies the log, which the supervisor keeps open', () => {
    expect(renderLogRotation()).toMatch(/^\/var\/log\/k3s-service\.log \{\n(\t.*\n)*\tcopytruncate\n/);
  });
});
