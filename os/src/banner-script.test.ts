import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const rootfs = fileURLToPath(new URL('../overlay/rootfs', import.meta.url));
const SCRIPTS = ['/usr/lib/haos/addresses', '/usr/lib/haos/login-message', '/usr/lib/haos/boot/banner'];
const PLACES = /(?<![\w.}])\/(?:usr\/lib\/haos|usr\/sbin\/k3s|run|etc\/issue\.d)\b/g;

const IP = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 10.0.2.15/24 brd 10.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 fd00::15/64 scope global dynamic \\       valid_lft 86400sec preferred_lft 14400sec
3: eth1    inet6 fd01::1/64 scope global tentative \\       valid_lft forever preferred_lft forever
4: cni0    inet 10.42.0.1/24 brd 10.42.0.255 scope global cni0\\       valid_lft forever preferred_lft forever
5: flannel.1    inet 10.42.0.0/32 scope global flannel.1\\       valid_lft forever preferred_lft forever
`;

/** A root for the scripts, with programs that answer as the test defines. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haos-banner-'));
  for (const path of SCRIPTS) {
    const text = readFileSync(rootfs + path, 'utf8').replace(PLACES, `${root}$&`);
    write(path, text.replace(/^export PATH=.*\n/m, ''), 0o755);
  }
  write('/usr/lib/haos/version', 'v0.2.0\n');
  write('/run/haos/mode', 'disk\n');
  program('sleep', '');
  program('agetty', `echo "$*" >>${root}/reloads`);
  program('ip', `case "$*" in monitor*) cat ${root}/events ;; *) cat ${root}/ip ;; esac`);
  write('/ip', IP);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
  chmodSync(root + path, mode);
}

function program(name: string, body: string): void {
  write(`/bin/${name}`, `#!/bin/sh\n${body}\n`, 0o755);
}

function run(path: string, ...args: string[]): SpawnSyncReturns<string> {
  const env = { PATH: `${root}/bin:${process.env.PATH}` };
  return spawnSync(root + path, args, { env, encoding: 'utf8', timeout: 30_000 });
}

function banner(...args: string[]): string {
  expect(run('/usr/lib/haos/boot/banner', ...args)).toMatchObject({ status: 0, stderr: '' });
  return readFileSync(`${root}/etc/issue.d/haos.issue`, 'utf8');
}

function countReloads(): number {
  return existsSync(`${root}/reloads`) ? readFileSync(`${root}/reloads`, 'utf8').split('\n').length - 1 : 0;
}

describe('the addresses', () => {
  it('are those of the node, without those of Kubernetes and those that are not usable yet', () => {
    expect(run('/usr/lib/haos/addresses').stdout).toBe('eth0 10.0.2.15\neth0 fd00::15\n');
  });

  it('are those that a card chose itself only where there is no other', () => {
    const chosen = '6: eth2    inet 169.254.7.9/16 brd 169.254.255.255 scope global eth2\\       valid_lft\n';
    write('/ip', IP + chosen);
    expect(run('/usr/lib/haos/addresses').stdout).toBe('eth0 10.0.2.15\neth0 fd00::15\n');

    write('/ip', chosen);
    expect(run('/usr/lib/haos/addresses').stdout).toBe('eth2 169.254.7.9\n');
  });
});

describe('the banner', () => {
  it('has the addresses, and does not mention a configuration without problems', () => {
    write('/run/haos/configuration', 'done\n');

    expect(banner()).toBe('Addresses: 10.0.2.15 (eth0), fd00::15 (eth0)\n');
    expect(countReloads()).toBe(1);
  });

  it('says that there is no address yet', () => {
    write('/ip', '');

    expect(banner()).toBe('Addresses: none yet\n');
  });

  it('says what is wrong with the configuration', () => {
    write('/run/haos/configuration', '1 error, 2 warnings\n');

    expect(banner()).toMatch(/^Configuration: 1 error, 2 warnings\. 'sudo haos status' shows more\.$/m);
  });

  it('shows the issues, with no escape of agetty in them, and that k3s waits', () => {
    write('/run/haos/configuration', '1 error\n  error: unknown key haos.a\\n (/c:2)\n  ... and 2 more\n');
    write('/run/haos/k3s-start', 'held\nunknown key haos.a\n');

    expect(banner()).toMatch(
      /^ {2}error: unknown key haos\.a\\\\n \(\/c:2\)\n {2}\.\.\. and 2 more\nKubernetes: k3s waits .*\.\n$/m,
    );
  });

  it('is printed again only when something has changed', () => {
    write('/events', '2: eth0    inet 10.0.2.15/24\n2: eth0    inet6 fd00::15/64\n');

    banner('watch');

    expect(countReloads()).toBe(1);
  });

  it('follows a change', () => {
    // What the kernel reports, and the address that is set by the time the script reads it.
    program('sleep', `sed -i s/10.0.2.15/10.0.2.99/ ${root}/ip`);
    write('/events', '2: eth0    inet 10.0.2.99/24 brd 10.0.2.255 scope global eth0\n');

    expect(banner('watch')).toBe('Addresses: 10.0.2.99 (eth0), fd00::15 (eth0)\n');
    expect(countReloads()).toBe(2);
  });

  it('ignores interfaces of pods', () => {
    program('sleep', `echo >>${root}/looked`);
    write('/events', '9: veth1a2b@if2    inet6 fe80::1/64 scope link\n');

    banner('watch');

    // The script always looks once.
    expect(readFileSync(`${root}/looked`, 'utf8')).toBe('\n');
  });
});

describe('the message of a login', () => {
  const message = () => run('/usr/lib/haos/login-message').stdout;

  it('shows the state of the node', () => {
    write('/run/haos/configuration', '1 warning\n');

    expect(message()).toBe(
      'HAOS v0.2.0, mode disk, 10.0.2.15 (eth0), fd00::15 (eth0)\nConfiguration: 1 warning\nKubernetes: k3s is not installed\n',
    );
  });

  it('has the issues and why k3s waits', () => {
    write('/usr/sbin/k3s', '', 0o755);
    write('/run/haos/configuration', '1 error\n  error: unknown key a\\n\n');
    write('/run/haos/k3s-start', 'held\nunknown key a\\n\n');

    expect(message()).toMatch(/\n {2}error: unknown key a\\n\nKubernetes: k3s waits: unknown key a\\n\n$/);
  });

  it('says that nothing was applied yet', () => {
    write('/ip', '');

    expect(message()).toMatch(/, no address\nConfiguration: not applied yet\n/);
  });

  it.each([
    ['is not enabled', ['/run/haos/k3s-start'], 'exit 7', 'the configuration does not start k3s'],
    ['is not started', [], 'exit 7', 'k3s is not started yet'],
    ['starts', ['/run/k3s-service.pid'], 'exit 7', 'k3s runs, the kubelet does not answer yet'],
    ['runs', ['/run/k3s-service.pid'], 'exit 0', 'the kubelet is healthy'],
  ])('says that k3s %s', (_, files, curl, expected) => {
    write('/usr/sbin/k3s', '', 0o755);
    for (const path of files) write(path, 'skipped\n');
    program('curl', curl);

    expect(message()).toContain(`Kubernetes: ${expected}\n`);
  });
});

describe('the profile of a login', () => {
  const profile = `${rootfs}/etc/profile.d/haos.sh`;

  function source(env: Record<string, string>): string {
    const code = `. ${profile}; echo "$PATH \${KUBECONFIG-}"`;
    return spawnSync('sh', ['-euc', code], { env: { HOME: root, ...env }, encoding: 'utf8' }).stdout.trim();
  }

  it('finds the programs of an administrator', () => {
    expect(source({ PATH: '/usr/local/bin:/usr/bin:/bin' })).toBe(
      '/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin',
    );
  });

  it('does not change a path that has them, or a kubeconfig that is set', () => {
    const path = '/opt/bin:/usr/sbin:/usr/local/sbin:/usr/bin:/bin';

    expect(source({ PATH: path, KUBECONFIG: '/tmp/k' })).toBe(`${path} /tmp/k`);
  });
});
