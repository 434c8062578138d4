import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeZones } from '../../packages/cc/src/appliers/clock/time-zones.js';
import { keyboards } from '../../packages/cc/src/appliers/keyboard/keyboards.js';
import { openServer, type TestServer } from '../blackbox/server.js';
import { makeKey } from '../blackbox/ssh-keys.js';
import { initrdWith, netbootArguments } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

/** What configurations in the wild do. */
const IN_THE_WILD = `
write_files:
  - path: /var/lib/connman/default.config
    content: |
      [service_eth0]
      Type=ethernet
      IPv4=10.0.2.77/255.255.255.0/10.0.2.2
      Nameservers=10.0.2.3
  - path: /etc/conf.d/net-online
    content: timeout=20
  - path: /etc/ssh/sshd_config
    permissions: "0600"
    content: |
      PermitRootLogin no
      PasswordAuthentication no
      ChallengeResponseAuthentication no
      Subsystem sftp internal-sftp
  - path: /home/rancher/.config/alias
    owner: rancher
    content: "alias k=kubectl\\n"
init_cmd:
  - ip link show dev eth0 >/run/init-command
boot_cmd:
  - rc-update del cron default
  - ln -s /usr/share/zoneinfo/Europe/Berlin /etc/localtime
haos:
  keyboard: de-latin1
`;

const KEY = makeKey('operator');
const MANIFEST = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n';
const MANIFESTS = '/var/lib/rancher/k3s/server/manifests';
/** The host's loopback, as a guest sees it. */
const HOST = 'http://10.0.2.2';

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns configuration with downloads from a server of the owner of the nodes. */
function configureDownloads(port: string): string {
  return `
ssh_authorized_keys: ["${HOST}:${port}/keys"]
boot_manifests:
  - { url: "${HOST}:${port}/demo.yaml", sha256: ${digestOf(MANIFEST)} }
`;
}

describe('what configurations in the wild do', () => {
  let initrd: ReturnType<typeof initrdWith>;
  let server: TestServer & { close(): void };
  let port: string;
  let machine: Machine;

  beforeAll(async () => {
    server = await openServer({ '/keys': `${KEY}\n`, '/demo.yaml': MANIFEST, '/changed.yaml': 'changed' });
    port = new URL(server.url).port;
    initrd = initrdWith({ 'haos/system/config.yaml': IN_THE_WILD + configureDownloads(port) });
    machine = await startMachine({
      name: 'in-the-wild',
      args: netbootArguments('haos.mode=live', initrd.path),
    });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    server.close();
    initrd.remove();
  });

  it('has no failure', async () => {
    expect((await readStatus(machine)).phases.map(({ exitStatus }) => exitStatus)).toEqual([0, 0, 0]);
  });

  it('sets the address from a connman service file', async () => {
    expect(await machine.read('ip -o -4 address show dev eth0')).toMatch(/inet 10\.0\.2\.77\/24/);
  });

  it('runs sshd with a configuration that names no host keys, and with those that are kept', async () => {
    expect(await machine.run('rc-service sshd status')).toMatchObject({ status: 0 });
    const kept = await machine.read('cut -d" " -f2 /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key.pub');
    expect(await machine.read('ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null')).toContain(kept);
  });

  it('leaves the home to its person, with the skeleton', async () => {
    const paths = ['', '/.config', '/.config/alias', '/.profile'].map((path) => `/home/rancher${path}`);
    const owners = await machine.read(`stat -c %U ${paths.join(' ')}`);
    expect(owners.split('\n')).toEqual(paths.map(() => 'rancher'));
  });

  it('has the time zone that boot_cmd linked', async () => {
    expect(await machine.read('date -d 2026-07-01T12:00Z +%Z')).toBe('CEST');
  });

  it('has every time zone that haos.timezone takes', async () => {
    const files = (await machine.read('cd /usr/share/zoneinfo && find * ! -type d')).split('\n');

    expect(timeZones().filter((zone) => !files.includes(zone))).toEqual([]);
  });

  it('has the keyboard layout of haos.keyboard', async () => {
    expect(await machine.read('cat /run/haos/keyboard')).toBe('de-latin1');
    // Key 21 is Y on a keyboard of the USA, and Z on a German one.
    expect(await machine.read("dumpkeys -C /dev/tty0 | grep '^keycode *21 ='")).toMatch(/= \+?z\b/);
  });

  it('can load every layout that haos.keyboard takes', async () => {
    const load = `for name in ${keyboards().join(' ')}; do loadkeys -q -u -b $name >/dev/null 2>&1 || echo $name; done`;

    expect(await machine.read(load)).toBe('');
  });

  it('finds eth0 in init_cmd', async () => {
    expect(await machine.read('cat /run/init-command')).toMatch(/: eth0: /);
  });

  it('removes a service from its runlevel in boot_cmd', async () => {
    expect(await machine.run('rc-service cron status')).not.toMatchObject({ status: 0 });
    expect(await machine.read('rc-update show default')).not.toMatch(/cron/);
  });

  it('allows logins with the keys from its server', async () => {
    expect(await machine.read('cat /home/rancher/.ssh/authorized_keys')).toContain(KEY);
  });

  it('has the manifest from its server where k3s applies it', async () => {
    expect(await machine.read(`sha256sum <${MANIFESTS}/demo.yaml`)).toBe(`${digestOf(MANIFEST)}  -`);
  });

  it('does not save a manifest with another digest', async () => {
    const url = `${HOST}:${port}/changed.yaml`;
    const config = `boot_manifests: [{ url: "${url}", sha256: ${digestOf(MANIFEST)} }]`;
    await machine.read(`echo '${config}' >/var/lib/rancher/HAOS/config.d/changed.yaml`);

    expect(await machine.run('haos config --quiet')).toMatchObject({ status: 4 });
    expect((await readStatus(machine)).phases.at(-1)?.steps).toContainEqual(
      expect.objectContaining({
        applier: 'boot-manifests',
        failures: [expect.objectContaining({ code: 'HAOS_HTTP_CHECKSUM' })],
      }),
    );
    expect(server.requests).toContain('/changed.yaml');
    expect(await machine.run(`[ -e ${MANIFESTS}/changed.yaml ]`)).toMatchObject({ status: 1 });
  });
});
