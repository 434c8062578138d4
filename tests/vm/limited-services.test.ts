import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildStep } from './build-step.js';
import { type ServiceSpace, startServiceSpace } from './service-space.js';

/** Bits of capabilities: capabilities(7). */
const [NET_BIND_SERVICE, NET_ADMIN, NET_RAW, SYS_ADMIN, SYS_TIME] = [10, 12, 13, 21, 25];
const DAC_READ_SEARCH = 2;
const CONNMAN = [NET_BIND_SERVICE, NET_ADMIN, NET_RAW, SYS_TIME];

/**
 * Needs no machine: the services of the image run in namespaces of this one. What needs a kernel of
 * its own, the clock and the kernel's log, is in `live-iso`.
 */
describe('the services that are not root', () => {
  let space: ServiceSpace;

  beforeAll(async () => {
    space = await startServiceSpace(join(buildStep('rootfs'), 'rootfs.squashfs'));
    // As an older version left them.
    space.read(`echo older >/var/log/messages.0; echo old >/var/log/messages
mkdir -p /var/lib/connman/kept; touch /var/lib/connman/kept/settings; chmod 700 /var/lib/connman/kept
for name in syslog dbus connman; do rc-service --quiet --nodeps $name start || exit 1; done`);
  });

  afterAll(() => space.stop());

  /** Waits until shell code succeeds: at most half a minute. */
  function waitFor(code: string): void {
    space.read(`for _ in $(seq 300); do (${code}) >/dev/null 2>&1 && exit; sleep 0.1; done; exit 1`);
  }

  /** Returns the users and the permitted capabilities of a program, from the kernel. */
  function rightsOf(pattern: string) {
    waitFor(`pgrep -xf '${pattern}'`);
    const status = space.read(`cat /proc/$(pgrep -xf '${pattern}')/status`);
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    const mask = BigInt(`0x${field('CapPrm')}`);
    return {
      users: [...new Set(field('Uid').split('\t'))].map((uid) => space.read(`id -nu ${uid}`)),
      capabilities: Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (mask >> BigInt(bit)) & 1n),
      noNewPrivileges: field('NoNewPrivs') === '1',
    };
  }

  const limited = (user: string, capabilities: readonly number[]) => ({
    users: [user],
    capabilities,
    noNewPrivileges: true,
  });
  /** Runs the runtime phase. */
  function applyConfiguration(text: string): void {
    space.read(`cat >/var/lib/rancher/HAOS/config.yaml <<'END'\n${text}\nEND\nhaos config --quiet`);
  }
  const connman = () => rightsOf('/usr/sbin/connmand .*');
  const wpa = () => rightsOf('wpa_supplicant .*');
  const restart = (name: string) => space.read(`rc-service --quiet --nodeps ${name} restart`);

  it('have the user and the capabilities that the kernel reports', () => {
    expect(wpa()).toEqual(limited('wpa', [NET_ADMIN, NET_RAW]));
    expect(rightsOf('/usr/bin/busybox syslogd .*')).toEqual(limited('syslog', []));
    expect(connman()).toEqual(
      limited(
        'connman',
        [...CONNMAN, SYS_ADMIN].sort((a, b) => a - b),
      ),
    );
  });

  it('get an address, name servers and a name by DHCP', () => {
    waitFor('ip -4 addr show dev eth0 | grep "inet 10\\.9\\.0\\."');

    waitFor('grep -x "nameserver 10.9.0.1" /etc/resolv.conf');
    waitFor('[ "$(hostname)" = from-dhcp ]');
    expect(space.read('ip route show default')).toContain('via 10.9.0.1');
  });

  it('pass the audit', () => {
    const report = space.read('haos audit --only services --format json || [ $? = 1 ]');
    const { results } = JSON.parse(report) as { results: { id: string; status: string }[] };

    for (const program of ['connmand', 'wpa_supplicant', 'syslogd', 'dbus-daemon'])
      expect(results).toContainEqual(
        expect.objectContaining({ id: `services.rights-${program}`, status: 'pass' }),
      );
  });

  it('write the log of all users where older versions wrote it, and rotate it', () => {
    space.read('su nobody -s /bin/sh -c "logger from nobody"');

    waitFor('grep "nobody: from nobody" /var/log/messages');
    expect(space.read('head -n 1 /var/log/messages; cat /var/log/syslogd/messages.0')).toBe('old\nolder');
    space.read('head -c 11000000 /dev/zero | tr "\\0" x | fold -w 900 | busybox logger');
    waitFor('[ -s /var/log/syslogd/messages.1 ]');
    expect(space.read('cat /var/log/syslogd/messages.1')).toBe('older');
  });

  it('keep all parts of the log after a rollback, in which an older version renamed the link', () => {
    space.read(`rc-service --quiet --nodeps syslog stop
cd /var/log && mv messages messages.0 && echo back >messages && echo before >syslogd/messages
rc-service --quiet --nodeps syslog start`);

    waitFor('[ "$(cat /var/log/syslogd/messages~)" = before ]');
    expect(space.read('head -n 1 /var/log/messages; cd /var/log && echo messages*')).toBe('back\nmessages');
  });

  it('read private files of root that are there at their start, and those of `write_files` later', () => {
    const file = (address: string) =>
      `[service_card]\\nType=ethernet\\nIPv4=${address}/255.255.255.0/10.9.0.1\\nIPv6=off\\n`;
    // Writes main.conf, for which connman restarts, too.
    applyConfiguration('');
    space.read(`umask 077; printf '${file('10.9.0.77')}' >/var/lib/connman/own.config`);

    restart('connman');

    waitFor('ip addr show dev eth0 | grep 10.9.0.77');
    expect(space.read('stat -c "%U %a" /var/lib/connman/own.config')).toBe('connman 600');
    const item = `{path: /var/lib/connman/own.config, permissions: '0600', owner: root, content: "${file('10.9.0.78')}"}`;
    applyConfiguration(`write_files: [${item}]`);
    waitFor('ip addr show dev eth0 | grep 10.9.0.78');
    expect(space.read('stat -c "%U %a" /var/lib/connman/own.config')).toBe('connman 600');
  });

  it('read a main.conf for root only', () => {
    space.read('chmod 600 /etc/connman/main.conf');

    restart('connman');

    waitFor('pgrep -x connmand');
    expect(
      space.read(
        'stat -c "%U %a" /etc/connman/main.conf; su -s /bin/sh connman -c "cat /etc/connman/main.conf"',
      ),
    ).toMatch(/^root 640\n.*NetworkInterfaceBlacklist=/s);
  });

  it('cannot set the name of a machine that has one', () => {
    space.read('grep -x AllowHostnameUpdates=false /etc/connman/main.conf');

    restart('connman');

    expect(connman()).toEqual(limited('connman', CONNMAN));
  });

  it('may read keys for root only where a wireless network has some', () => {
    space.read(`printf '[service_w]\\nType=wifi\\nName=n\\nEAP=tls\\nPrivateKeyFile=/etc/key\\n' >/var/lib/connman/w.config
kill $(pgrep -x wpa_supplicant)`);
    waitFor('! pgrep -x wpa_supplicant');

    restart('connman');

    expect(wpa()).toEqual(limited('wpa', [DAC_READ_SEARCH, NET_ADMIN, NET_RAW]));
  });

  it('report nothing that they may not do', () => {
    const log = 'cat /var/log/syslogd/messages*';

    expect(space.read(`${log} | grep -c ' connmand\\['`)).not.toBe('0');
    expect(
      space.read(`${log} | grep -E ' (connmand|wpa_supplicant|syslogd)' | grep -Ei 'denied|permi' || :`),
    ).toBe('');
    expect(space.read(`${log} | grep -F '[system] Rejected' || :`)).toBe('');
  });

  it('are root again if the configuration says so, or if their user is missing', () => {
    space.read('for name in connman syslog; do echo command_user=root >/etc/conf.d/$name; done');
    restart('syslog');
    restart('connman');
    expect(rightsOf('/usr/bin/busybox syslogd .*').users).toEqual(['root']);
    expect(connman().users).toEqual(['root']);
    waitFor('ip addr show dev eth0 | grep 10.9.0.78');

    space.read('rm /etc/conf.d/*; sed -i /^connman:/d /etc/passwd');
    restart('syslog');
    restart('connman');
    expect(connman().users).toEqual(['root']);
    expect(rightsOf('/usr/bin/busybox syslogd .*').users).toEqual(['syslog']);
    space.read('logger after all');
    waitFor('grep "after all" /var/log/messages');
  });
});
