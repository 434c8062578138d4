import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSeedImage } from '@haos/cc/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retry } from '../kubernetes/cluster.js';
import { macOf, makeLan } from '../kubernetes/lan.js';
import { diskArguments, initrdWith, NETWORK, netbootArguments, sizeDisk } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { makeNfsDisk, startNfsServer } from '../vm/nfs-server.js';
import { readStatus, waitForRuntime } from '../vm/status.js';

const ONE = '10.77.0.1';
const TWO = '10.77.0.2';

/**
 * What configurations of real nodes do, at once: an sshd_config of their own, files in a home, the
 * time zone both ways, networks, a further disk, and a share of the network.
 */
const CONFIG = `
hostname: one
write_files:
  - path: /etc/ssh/sshd_config
    permissions: "0600"
    content: |
      PermitRootLogin no
      PasswordAuthentication no
      Subsystem sftp internal-sftp
  - path: /home/rancher/.config/alias
    owner: rancher
    content: "alias k=kubectl\\n"
boot_cmd:
  - ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime
haos:
  timezone: Europe/Berlin
  network:
    - mac: "${macOf(ONE)}"
      addresses: [${ONE}/24]
      routes: [10.200.0.0/24 via ${TWO}]
      search_domains: [lan.example]
      ipv6: disabled
    - interface: storage
      vlan: 100
      parent: "${macOf(ONE)}"
      mtu: 1400
      addresses: [10.100.0.1/24]
      ipv6: disabled
  mounts:
    - { device: LABEL=data, path: /srv/data, options: [noatime] }
    - { device: "10.100.0.2:/srv", path: /srv/nfs, type: nfs }
`;

/** The same network, as another system would describe it on a drive: the card is in a bond. */
const NETWORK_CONFIG = `
version: 2
ethernets:
  lan:
    match: { macaddress: "${macOf(TWO)}" }
bonds:
  bond0:
    interfaces: [lan]
    parameters: { mode: active-backup, mii-monitor-interval: 100 }
    addresses: [${TWO}/24]
vlans:
  storage: { id: 100, link: bond0, addresses: [10.100.0.2/24] }
bridges:
  br0: { interfaces: [] }
`;

describe('two nodes with two cards each', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-networks-'));
  const lan = makeLan();
  let initrd: ReturnType<typeof initrdWith>;
  let one: Machine;
  let two: Machine;

  beforeAll(async () => {
    const nfs = join(directory, 'nfs');
    copyFileSync(await makeNfsDisk(), nfs);
    // Not a disc: its driver comes later than some machines wait for a drive.
    const disc = join(directory, 'cidata.iso');
    writeFileSync(disc, makeSeedImage({ hostname: 'two', networkConfig: NETWORK_CONFIG }));
    two = await startMachine({
      name: 'networks-two',
      args: [
        ...netbootArguments('haos.mode=live haos.data_source=cdrom', undefined, [
          ...NETWORK,
          ...lan.card(TWO),
        ]),
        ...[...diskArguments(nfs), ...diskArguments(disc)],
      ],
    });
    await two.logIn();
    await waitForRuntime(two);
    await retry(two, 'ip -o address show dev storage | grep -q 10.100.0.2', 300);
    await startNfsServer(two, '10.100.0.0/24');
    const data = join(directory, 'data');
    sizeDisk(data, 64);
    execFileSync('mkfs.ext4', ['-q', '-L', 'data', data]);
    initrd = initrdWith({ 'haos/system/config.yaml': CONFIG });
    one = await startMachine({
      name: 'networks-one',
      args: [
        ...netbootArguments('haos.mode=live', initrd.path, [...NETWORK, ...lan.card(ONE)]),
        ...diskArguments(data),
      ],
    });
    await one.logIn();
    await waitForRuntime(one);
  });

  afterAll(async () => {
    await one?.stop();
    await two?.stop();
    initrd?.remove();
    rmSync(directory, { recursive: true });
  });

  it('have no failure', async () => {
    for (const machine of [one, two]) {
      const { phases } = await readStatus(machine);
      expect(phases.flatMap(({ steps }) => steps.flatMap(({ failures }) => failures))).toEqual([]);
    }
  });

  it('reach each other by the static address, which the other card does not take away', async () => {
    expect(await one.read('ip -o -4 address show dev eth1')).toMatch(/inet 10\.77\.0\.1\/24/);
    expect(await one.read('ip -o -4 address show dev eth0')).toMatch(/inet 10\.0\.2\./);
    await one.read(`ping -c 1 -W 5 ${TWO}`);
    expect(await one.read('cat /etc/resolv.conf')).toMatch(/lan\.example/);
  });

  it('reach each other in the VLAN', async () => {
    expect(await one.read('ip -d -o link show dev storage')).toMatch(/mtu 1400 .*vlan .*id 100/);
    expect(await one.read('ip -o -4 address show dev storage')).toMatch(/inet 10\.100\.0\.1\/24/);
    await one.read('ping -c 1 -W 5 10.100.0.2');
  });

  it('have the bond and the VLAN that a drive describes, and its card has no address of its own', async () => {
    expect(await two.read('cat /proc/net/bonding/bond0')).toMatch(
      /active-backup[\s\S]*Slave Interface: eth1/,
    );
    expect(await two.read('ip -o -4 address show dev bond0')).toMatch(/inet 10\.77\.0\.2\/24/);
    expect(await two.read('ip -o -4 address show dev eth1')).toBe('');
    const { phases } = await readStatus(two);
    expect(phases.at(-1)?.issues).toContainEqual(expect.objectContaining({ code: 'no-effect' }));
  });

  it('have their routes, and get them again after the cable was out', async () => {
    await two.read('ip address add 10.200.0.2/32 dev lo');
    await one.read('ping -c 1 -W 5 10.200.0.2');

    await one.read('ip link set dev eth1 down && ip link set dev eth1 up');

    await retry(one, 'ip route show | grep -q "^10.200.0.0/24 via 10.77.0.2 dev eth1"', 300);
    await retry(one, 'ping -c 1 -W 5 10.200.0.2', 300);
    await retry(one, 'ping -c 1 -W 5 10.100.0.2', 300);
  });

  it('mount a share of the other by haos.mounts, with nothing started for it', async () => {
    expect(await one.read('findmnt -no FSTYPE,SOURCE /srv/nfs')).toMatch(/^nfs4 +10\.100\.0\.2:\/srv$/);
    await one.read('echo from-one >/srv/nfs/file && sync -f /srv/nfs/file');
    expect(await two.read('cat /media/nfs/srv/file')).toBe('from-one');
    expect(await one.run("pgrep -l -x 'rpcbind|rpc[.]statd'")).toMatchObject({ status: 1, output: '' });
  });

  it('mount it as the kubelet does', async () => {
    await one.read(
      'mkdir -p /var/lib/kubelet/pods/x && mount -t nfs 10.100.0.2:/srv /var/lib/kubelet/pods/x',
    );
    expect(await one.read('cat /var/lib/kubelet/pods/x/file; umount /var/lib/kubelet/pods/x')).toBe(
      'from-one',
    );
  });

  it('mount it with version 3 and lock in it, which starts rpcbind and statd', async () => {
    await one.read('mkdir -p /mnt && mount -t nfs -o vers=3 10.100.0.2:/srv /mnt');

    expect(await one.read('findmnt -no FSTYPE /mnt')).toBe('nfs');
    expect(await one.read('flock -w 60 /mnt/file echo locked')).toBe('locked');
    for (const service of ['rpcbind', 'statd'])
      expect(await one.run(`rc-service ${service} status`)).toMatchObject({ status: 0 });
    expect(await one.read('stat -c %U /var/lib/nfs/sm')).toBe('statd');
    await one.read('umount /mnt');
  });

  it('mount a further disk', async () => {
    expect(await one.read('findmnt -no FSTYPE,OPTIONS /srv/data')).toMatch(/^ext4 +rw,noatime/);
  });

  it('run sshd with a configuration of their own', async () => {
    const kept = await one.read('cut -d" " -f2 /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key.pub');
    expect(await one.read('ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null')).toContain(kept);
  });

  it('leave the home to its person, with the skeleton', async () => {
    const paths = ['', '/.config', '/.config/alias', '/.profile'].map((path) => `/home/rancher${path}`);
    const owners = await one.read(`stat -c %U ${paths.join(' ')}`);
    expect(owners.split('\n')).toEqual(paths.map(() => 'rancher'));
  });

  it('have the time zone', async () => {
    expect(await one.read('date -d 2026-07-01T12:00Z +%Z')).toBe('CEST');
    expect(await one.read('readlink /etc/localtime')).toBe('/usr/share/zoneinfo/Europe/Berlin');
  });

  it('power off with a share mounted', async () => {
    await one.run('echo unwritten >/srv/nfs/last; poweroff');
    await one.ended(600);

    expect(await two.read('cat /media/nfs/srv/last')).toBe('unwritten');
  });
});
