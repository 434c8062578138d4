import { describe, expect, it } from 'vitest';
import { renderLogRotation, renderService } from './k3s-service.js';

describe('renderService', () => {
  it('looks like this', () => {
    expect(renderService()).toMatchInlineSnapshot(`
      "#!/sbin/openrc-run
      # Written by HAOS from haos.k3s_args; changes are overwritten.

      description="Kubernetes"
      supervisor=supervise-daemon
      command=/etc/rancher/k3s/k3s-service.sh
      pidfile=/run/k3s-service.pid
      output_log=/var/log/k3s-service.log
      error_log=/var/log/k3s-service.log
      respawn_delay=5
      respawn_max=0
      rc_ulimit="-n 1048576"

      depend() {
      	want cgroups
      	after connman
      }

      start_pre() {
      	rm -f /run/haos/k3s-starts
      }
      "
    `);
  });
});

describe('renderLogRotation', () => {
  it('copies the log, which the supervisor keeps open', () => {
    expect(renderLogRotation()).toMatch(/^\/var\/log\/k3s-service\.log \{\n(\t.*\n)*\tcopytruncate\n/);
  });
});
