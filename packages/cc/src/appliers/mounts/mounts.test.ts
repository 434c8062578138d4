import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CloudConfig, Mount } from '../../generated/types.js';
import { k3s } from '../k3s/k3s.js';
import { k3sEarly } from '../k3s/k3s-early.js';
import { runApplier, runTwice } from '../testing.js';
import { mountsRule } from './check-mount.js';
import { FSTAB, mounts } from './mounts.js';

const DATA: Mount = { device: 'LABEL=data', path: '/srv/data', options: ['noatime', 'ro'] };
const OWN = '# Written by HAOS from haos.mounts; changes are overwritten.\n';
const NOTHING = { '/proc/self/mountinfo': '22 1 0:20 / / rw - tmpfs root rw\n' };

function mountedAt(path: string): NonNullable<TestHostOptions['tree']> {
  return {
    '/proc/self/mountinfo': `22 1 0:20 / / rw - tmpfs root rw\n40 22 8:1 / ${path} rw - ext4 /dev/sda1 rw\n`,
  };
}

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}

describe('haos.mounts', () => {
  it('are listed in the boot phase, for the service that mounts them', async () => {
    const host = hostWith();
    const items: Mount[] = [
      DATA,
      { device: '/dev/sdb1', path: '/srv/with blank', type: 'xfs' },
      { device: '10.1.0.5:/export', path: '/srv/nfs', type: 'nfs', options: [''] },
    ];

    const { first, second } = await runTwice(mounts, { haos: { mounts: items } }, { host, phase: 'boot' });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(host.files.readText(FSTAB)).toBe(
      `${OWN}LABEL=data /srv/data auto noatime,ro 0 0\n/dev/sdb1 /srv/with\\040blank xfs defaults 0 0\n10.1.0.5:/export /srv/nfs nfs _netdev 0 0\n`,
    );
    for (const { path = '' } of items) expect(host.files.stat(path)?.type).toBe('directory');
    expect(host.calls).toEqual([]);
  });

  it('are mounted at runtime where they are missing, and left alone where they are there', async () => {
    const missing = hostWith({ tree: NOTHING, commands: { [`mount -T ${FSTAB} /srv/data`]: {} } });
    const there = hostWith({ tree: mountedAt('/srv/data') });
    const blank = hostWith({ tree: mountedAt('/srv/a\\040b') });

    expect((await runApplier(mounts, { haos: { mounts: [DATA] } }, { host: missing })).failures).toEqual([]);
    expect((await runApplier(mounts, { haos: { mounts: [DATA] } }, { host: there })).failures).toEqual([]);
    await runApplier(mounts, { haos: { mounts: [{ ...DATA, path: '/srv/a b' }] } }, { host: blank });

    expect(missing.unused()).toEqual([]);
    expect([...there.calls, ...blank.calls]).toEqual([]);
  });

  it('says which cannot be mounted, and mounts the others', async () => {
    const commands = {
      [`mount -T ${FSTAB} /srv/data`]: { exitCode: 32, stderr: "mount: can't find LABEL=data." },
      [`mount -T ${FSTAB} /srv/other`]: {},
    };
    const host = hostWith({ tree: NOTHING, commands });
    const items = [DATA, { device: '/dev/sdb1', path: '/srv/other' }];

    const run = await runApplier(mounts, { haos: { mounts: items } }, { host });

    expect(run.failures).toEqual(['HAOS_CC_MOUNT']);
    expect(run.messages.join()).toContain(
      "cannot mount LABEL=data at /srv/data: mount: can't find LABEL=data",
    );
    expect(host.unused()).toEqual([]);
  });

  it('never run a program that could write to the disk but mount', async () => {
    const host = hostWith({ tree: NOTHING, commands: { mount: {} } });

    await runApplier(mounts, { haos: { mounts: [DATA] } }, { host });

    expect(host.calls.map(({ command }) => command)).toEqual(['mount']);
  });

  it('that left the configuration are not listed any more', async () => {
    const host = hostWith();
    await runApplier(mounts, { haos: { mounts: [DATA] } }, { host, phase: 'boot' });

    await runApplier(mounts, {}, { host, phase: 'boot' });

    expect(host.files.readText(FSTAB)).toBe(OWN);
  });

  it.each<[string, Partial<Mount>, string]>([
    ['no device', { path: '/srv/a' }, '/haos/mounts/0'],
    ['a relative device', { device: 'sda1', path: '/srv/a' }, '/haos/mounts/0/device'],
    ['a server without a type', { device: 'nas:/x', path: '/srv/a' }, '/haos/mounts/0/device'],
    ['a second line', { device: '/dev/sda1\n/dev/sdb1', path: '/srv/a' }, '/haos/mounts/0/device'],
    ['no path', { device: '/dev/sda1' }, '/haos/mounts/0'],
    ['a relative path', { device: '/dev/sda1', path: 'srv' }, '/haos/mounts/0/path'],
    ['the way up', { device: '/dev/sda1', path: '/srv/../etc' }, '/haos/mounts/0/path'],
    ['the root', { device: '/dev/sda1', path: '/' }, '/haos/mounts/0/path'],
    ['what persists', { device: '/dev/sda1', path: '/var' }, '/haos/mounts/0/path'],
    ['the identity of the node', { device: '/dev/sda1', path: '/var/lib/rancher' }, '/haos/mounts/0/path'],
    ['the configuration', { device: '/dev/sda1', path: '/etc/ssh' }, '/haos/mounts/0/path'],
    ['the home of rancher', { device: '/dev/sda1', path: '/home' }, '/haos/mounts/0/path'],
    ['an invalid file system', { device: '/dev/sda1', path: '/srv/a', type: 'a b' }, '/haos/mounts/0/type'],
    ['a blank', { device: '/dev/sda1', path: '/srv/a', options: ['ro noatime'] }, '/haos/mounts/0/options'],
    [
      'a password',
      { device: '//nas/x', path: '/srv/a', type: 'cifs', options: ['user=a,password=hunter2'] },
      '/haos/mounts/0/options',
    ],
  ])('refuse %s as validation does, and list the others', async (_, mount, pointer) => {
    const host = hostWith();
    const config = { haos: { mounts: [mount, DATA] } } as CloudConfig;

    const run = await runApplier(mounts, config, { host, phase: 'boot' });

    expect(mountsRule(config)).toMatchObject([{ pointer }]);
    expect(run.failures).toEqual(['HAOS_CC_MOUNT']);
    expect(host.files.readText(FSTAB)).toBe(`${OWN}LABEL=data /srv/data auto noatime,ro 0 0\n`);
    expect(JSON.stringify([mountsRule(config), run])).not.toContain('hunter2');
  });

  it('refuse a path that is taken', () => {
    expect(mountsRule({ haos: { mounts: [DATA, { ...DATA, device: '/dev/sdb1' }] } })).toMatchObject([
      { pointer: '/haos/mounts/1/path', message: 'haos.mounts[0] is mounted at /srv/data already' },
    ]);
  });
});

describe('k3s with its data on a disk of haos.mounts', () => {
  const PATH = '/var/lib/rancher/k3s';
  const CONFIG = { hostname: 'node1', haos: { mounts: [{ device: 'LABEL=k3s', path: PATH }] } };
  const K3S = { '/usr/sbin/k3s': { content: '', mode: 0o755 } };
  const SERVICE = { 'rc-service k3s-service status': { exitCode: 3 }, 'rc-service k3s-service start': {} };

  it('waits while the disk is missing, because it would begin anew', async () => {
    const host = hostWith({ tree: { ...K3S, ...NOTHING } });

    const run = await runApplier(k3s, CONFIG, { host });

    expect(run.notes).toEqual([`k3s is not started: haos.mounts[0]: nothing is mounted at ${PATH}`]);
    expect(host.files.readText('/run/haos/k3s-start')).toMatch(/^held\n/);
    expect(host.calls).toEqual([]);
  });

  it('starts when it is there', async () => {
    const host = hostWith({ tree: { ...K3S, ...mountedAt(PATH) }, commands: SERVICE });

    await runApplier(k3s, CONFIG, { host });

    expect(host.files.readText('/run/haos/k3s-start')).toBe('wanted\n');
    expect(host.unused()).toEqual([]);
  });

  it('does not start before that is known, but does with other disks', async () => {
    const host = hostWith({ tree: K3S });

    await runApplier(k3sEarly, CONFIG, { host, phase: 'boot' });
    expect(host.files.stat('/run/haos/k3s-early')).toBeUndefined();
    await runApplier(k3sEarly, { hostname: 'node1', haos: { mounts: [DATA] } }, { host, phase: 'boot' });
    expect(host.files.stat('/run/haos/k3s-early')).toBeDefined();
  });
});
