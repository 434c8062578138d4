import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import {
  createReadStream,
  linkSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeIso } from '../loop/write-iso.js';
import { diskArguments, NETWORK } from './image.js';
import { extractSystem, installOnDisk, makeDirectory, packSources } from './installed-disk.js';
import { type Machine, startMachine } from './machine.js';
import { readStatus, waitForRuntime } from './status.js';

const CONFIG = `
hostname: upgraded
write_files:
  - path: /etc/written
    content: by the configuration
haos:
  password: sesame
`;

const DOWN = '\u001b[B';

/**
 * Stops forever before STOP_BEFORE, such as `rename /etc/hosts`, which is before a file gets that
 * name. The other operation is `remove`.
 */
const STOPPER = `
const fs = require('node:fs');
const stop = (deed, path) => {
  if (deed + ' ' + path !== process.env.STOP_BEFORE) return;
  fs.writeFileSync('/run/stopped', '');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
const { renameSync, rmSync } = fs;
fs.renameSync = (from, to) => { stop('rename', to); return renameSync(from, to); };
fs.rmSync = (path, options) => { stop('remove', path); return rmSync(path, options); };
`;

interface Release {
  haos: string;
  k3s: string;
  kernel: string;
}

/** The releases on the second disk, each a directory such as /run/media/good. */
interface Releases {
  first: Release;
  /** All components are new and work. */
  good: Release;
  /** Its k3s exits right after its start. */
  restless: Release;
  /** Its root image is invalid. */
  rootless: Release;
  /** Its kernel has an unreadable initrd. */
  panicking: Release;
}

function nameSet({ haos, k3s, kernel }: Release): string {
  return `${haos}/${k3s}/${kernel}`;
}

/** Makes the releases from the components of the image under test, and a disk with them. */
function writeReleases(directory: string, system: string) {
  const [haos = '', k3s = '', kernel = ''] = ['haos', 'k3s', 'kernel'].map((name) =>
    readlinkSync(join(system, name, 'current')),
  );
  const first = { haos, k3s, kernel };
  const releases: Releases = {
    first,
    good: { haos: 'v9.0.0', k3s: `${k3s}.2`, kernel: `${kernel.slice(0, -haos.length)}v9.0.0` },
    restless: { ...first, k3s: `${k3s}.1` },
    rootless: { ...first, haos: 'v9.1.0' },
    panicking: { ...first, kernel: `${kernel}-panicking` },
  };
  const tree = join(directory, 'releases');
  const take = (
    name: keyof Releases,
    component: keyof Release,
    files: Readonly<Record<string, string | null>>,
  ) => {
    const version = releases[name][component];
    const target = makeDirectory(join(tree, name, component, version));
    symlinkSync(version, join(tree, name, component, 'current'));
    for (const [file, content] of Object.entries(files)) {
      if (content === null) linkSync(join(system, component, first[component], file), join(target, file));
      else writeFileSync(join(target, file), content, { mode: 0o755 });
    }
  };
  const whole = { 'kernel.squashfs': null, vmlinuz: null };
  take('good', 'haos', { 'rootfs.squashfs': null });
  take('good', 'k3s', { k3s: null });
  take('good', 'kernel', { ...whole, initrd: null });
  take('restless', 'haos', { 'rootfs.squashfs': null });
  take('restless', 'k3s', { k3s: '#!/bin/sh\nexit 1\n' });
  take('rootless', 'haos', { 'rootfs.squashfs': 'nothing' });
  take('panicking', 'kernel', { ...whole, initrd: 'nothing' });
  const published = publish(join(tree, 'good'), makeDirectory(join(directory, 'published')));
  const image = join(directory, 'releases.squashfs');
  packSources(image, tree);
  return { releases, image, published };
}

/** A release as published: its ISO, and the signed checksums. */
interface Published {
  directory: string;
  /** In PEM. */
  publicKey: string;
}

function publish(system: string, directory: string): Published {
  const list = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} +'], { cwd: system });
  const tree = makeDirectory(join(directory, 'tree/haos'));
  execFileSync('cp', ['-al', system, join(tree, 'system')]);
  writeFileSync(join(tree, 'system/sha256sum.txt'), list);
  writeIso(join(directory, 'tree'), join(directory, 'haos-amd64.iso'));
  rmSync(join(directory, 'tree'), { recursive: true });
  const sums = execFileSync('sha256sum', ['haos-amd64.iso'], { cwd: directory });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(directory, 'sha256sum-amd64.txt'), sums);
  writeFileSync(join(directory, 'sha256sum-amd64.txt.sig'), sign(null, sums, privateKey));
  return { directory, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/**
 * Serves a release below `/good`, and below `/damaged` with an ISO that does not match its
 * checksums.
 */
function serveRelease(directory: string): Promise<Server> {
  const server = createServer((request, response) => {
    const [, at, name] =
      /^\/(good|damaged)\/(haos-amd64\.iso|sha256sum-amd64[.a-z]+)$/.exec(request.url ?? '') ?? [];
    if (name === undefined) return void response.writeHead(404).end();
    if (at === 'damaged' && name.endsWith('.iso')) return void response.end('not what was signed');
    const path = join(directory, name);
    response.writeHead(200, { 'content-length': statSync(path).size });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('a node that is upgraded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  const disk = join(directory, 'disk');
  let releases: Releases;
  let image: string;
  let server: Server;
  /** The URL of the good release, as the machine sees it. */
  let url: string;
  let machine: Machine;
  let identity: string;
  let publicKey: string;

  /** Powers on the machine; `entries` is how many menu entries to move down. */
  const switchOn = async (name: string, entries = 0) => {
    const sources = ['-drive', `file=${image},format=raw,if=virtio,readonly=on`];
    const args = [...diskArguments(disk), ...sources, ...NETWORK];
    machine = await startMachine({ name: `upgrade-${name}`, memory: 512, args });
    if (entries === 0) return;
    await machine.expect(/HAOS Rescue \(previous\)/, 120);
    machine.send(DOWN.repeat(entries));
  };
  const start = async (name: string, entries?: number) => {
    await switchOn(name, entries);
    await machine.logIn(300, 'sesame');
    await waitForRuntime(machine, 240);
    await machine.read('mkdir -p /run/media && mount /dev/vdb /run/media');
  };
  const restart = async () => {
    machine.send('reboot');
    await machine.ended(180); // QEMU exits instead of restarting
  };
  const waitForHealth = () =>
    machine.read('while kill -0 "$(cat /run/haos/health.pid)"; do sleep 1; done 2>/dev/null', 300);
  const upgrade = (name: keyof Releases, ...options: string[]) =>
    machine.run(
      `haos upgrade --source /run/media/${name} --destination /haos/system ${options.join(' ')}`,
      300,
    );
  /**
   * Starts an upgrade, and cuts the power right before an operation, such as `rename
   * /haos/system/haos/current`.
   */
  const cutUpgrade = async (deed: string, source = '/run/media/good') => {
    await machine.read(`cat >/run/stopper.cjs <<'END'\n${STOPPER}\nEND`);
    const program = '/usr/lib/haos/node --require /run/stopper.cjs /usr/lib/haos/cli/haos.cjs';
    const options = `upgrade --source ${source} --destination /haos/system --rootfs --kernel`;
    await machine.read(`STOP_BEFORE='${deed}' setsid ${program} ${options} >/run/cut.log 2>&1 &`);
    await machine.read('until [ -e /run/stopped ]; do sleep 1; done', 600);
    await machine.stop();
  };
  /** Makes the node trust this key, as if the image had been built with it. */
  const trustKey = async () => {
    await machine.read('mount -t tmpfs keys /usr/share/haos/keys');
    await machine.read(`cat >/usr/share/haos/keys/test.pem <<'END'\n${publicKey}END`);
  };
  const readUpgradeStatus = async () => JSON.parse(await machine.read('haos upgrade status --format json'));
  /**
   * Checks what is really in use: the files behind /usr and the modules, the kernel, k3s, the
   * configuration, the data.
   */
  const expectRunning = async (release: Release) => {
    expect(await machine.read('losetup --list --noheadings --output BACK-FILE | sort')).toBe(
      [
        `/haos/system/haos/${release.haos}/rootfs.squashfs`,
        `/haos/system/kernel/${release.kernel}/kernel.squashfs`,
      ].join('\n'),
    );
    expect(await machine.read('cat /run/haos/kernel-version; readlink -f /usr/sbin/k3s')).toBe(
      `${release.kernel}\n/haos/system/k3s/${release.k3s}/k3s`,
    );
    expect(await machine.read('hostname; cat /etc/written; cat /var/data')).toBe(
      'upgraded\nby the configurationprecious',
    );
    expect(await readIdentity()).toBe(identity);
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  };
  const readIdentity = () =>
    machine.read('cat /etc/machine-id; ssh-keygen -lf /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key');

  beforeAll(async () => {
    const system = extractSystem(directory);
    const written = writeReleases(directory, system);
    ({ releases, image } = written);
    server = await serveRelease(written.published.directory);
    url = `http://10.0.2.2:${(server.address() as AddressInfo).port}`;
    publicKey = written.published.publicKey;
    await installOnDisk(disk, { directory, system, config: CONFIG });
    rmSync(system, { recursive: true });
    await start('first');
    await machine.read('printf precious >/var/data; sync');
    identity = await readIdentity();
    await waitForHealth();
  }, 900_000);

  afterAll(async () => {
    await machine.stop();
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });

  it('is the old one, complete, after a power cut while the new one is copied', async () => {
    await cutUpgrade(`rename /haos/system/kernel/${releases.good.kernel}`);
    await start('cut-copying');

    await expectRunning(releases.first);
    expect(await readUpgradeStatus()).toEqual({
      slots: { current: releases.first, previous: {} },
      running: 'current',
      state: { slot: 'current', good: nameSet(releases.first) },
      isInterrupted: false,
      k3s: { current: expect.stringMatching(/^v\d/) },
    });
  }, 900_000);

  it('is the old one, complete, after a power cut between two links', async () => {
    await cutUpgrade('rename /haos/system/kernel/current');
    await start('cut-linking');

    await expectRunning(releases.first);
    expect(await readUpgradeStatus()).toMatchObject({
      slots: { current: releases.first },
      running: 'current',
      isInterrupted: false,
    });
    await waitForHealth();
    expect((await readUpgradeStatus()).state).toEqual({ slot: 'current', good: nameSet(releases.first) });
  }, 900_000);

  it('refuses a release from the network that no key of its image signed, and writes nothing', async () => {
    const links = 'ls -l /haos/system/*; cat /haos/system/grubenv';
    const before = await machine.read(links);
    await machine.read('until ip route | grep -q default; do sleep 1; done', 120);

    const unknown = await machine.run(`haos upgrade --source ${url}/good/haos-amd64.iso --format json`, 120);
    await trustKey();
    const damaged = await machine.run(
      `haos upgrade --source ${url}/damaged/haos-amd64.iso --format json`,
      120,
    );

    for (const { status, output } of [unknown, damaged]) {
      expect(status).toBe(5);
      expect(output).toMatch(/"id": "download",\s+"ok": false/);
    }
    expect(await machine.read(links)).toBe(before);
    expect(await machine.run('ls /var/lib/rancher/HAOS/upgrade')).toMatchObject({ status: 2 });
  }, 480_000);

  it('is the new one, from its ISO on a web server, after a power cut after the last link, and is confirmed once it is healthy', async () => {
    await cutUpgrade('remove /haos/system/intent', `${url}/good/haos-amd64.iso`);
    await start('cut-linked');
    // A process that holds the lock delays the confirmation, and does not prevent it.
    const isOver = 'grep -qs lock /run/haos/health.log || ! kill -0 $(cat /run/haos/health.pid)';
    await machine.read(
      `flock /run/haos/upgrade.lock sh -c 'until ${isOver}; do sleep 1; done' >/dev/null 2>&1 &`,
    );

    await expectRunning(releases.good);
    expect(await machine.run('ls /var/lib/rancher/HAOS/upgrade')).toMatchObject({ status: 2 });
    expect(await machine.read('cat /proc/cmdline')).toMatch(/ haos\.slot=current haos\.trial panic=10/);
    await waitForHealth();
    expect(await readUpgradeStatus()).toEqual({
      slots: { current: releases.good, previous: releases.first },
      running: 'current',
      state: { slot: 'current', good: nameSet(releases.good) },
      isInterrupted: false,
      k3s: { current: expect.stringMatching(/^v\d/), previous: expect.stringMatching(/^v\d/) },
    });
  }, 900_000);

  it('rolls back on request', async () => {
    expect(await machine.run('haos upgrade rollback')).toMatchObject({ status: 0 });
    await restart();
    await start('rolled-back');

    await expectRunning(releases.first);
    expect(await readUpgradeStatus()).toMatchObject({
      running: 'previous',
      state: { slot: 'previous', failed: nameSet(releases.good) },
    });
  }, 600_000);

  it('automatically rolls back a version that never becomes healthy, and refuses it from then on', async () => {
    await waitForHealth();
    const limit = 'boot_cmd: [ "echo limit=30 >/etc/conf.d/health" ]';
    await machine.read(`echo '${limit}' >/var/lib/rancher/HAOS/config.d/health.yaml`);
    expect(await upgrade('restless', '--rootfs')).toMatchObject({ status: 0 });
    await restart();
    for (const trial of ['first', 'second']) {
      await switchOn(`restless-${trial}`);
      await machine.expect(/was not healthy in time on trial: the machine restarts/, 480);
      await machine.ended(240);
    }
    await start('returned');

    await expectRunning(releases.first);
    expect(await readUpgradeStatus()).toMatchObject({
      slots: { current: releases.restless, previous: releases.first },
      running: 'previous',
      state: { slot: 'previous', failed: nameSet(releases.restless) },
    });
    expect(await upgrade('restless', '--rootfs')).toMatchObject({ status: 5 });
    expect(await machine.run('haos upgrade forget')).toMatchObject({ status: 0 });
    expect((await readUpgradeStatus()).state).not.toHaveProperty('failed');
    await machine.read('rm /var/lib/rancher/HAOS/config.d/health.yaml');
  }, 1_800_000);

  it('restarts instead of waiting in a shell if a version on trial has no root image', async () => {
    expect(await upgrade('rootless', '--rootfs')).toMatchObject({ status: 0 });
    await restart();
    await switchOn('rootless');
    await machine.expect(/rootfs\.squashfs cannot be mounted/, 240);
    await machine.expect(/on trial: the machine restarts/, 60);
    await machine.ended(120);
  }, 600_000);

  it('runs the previous version if it is selected in the menu, which does not affect the trial', async () => {
    await start('chosen', 1);

    await expectRunning(releases.first);
    await waitForHealth();
    expect(await readUpgradeStatus()).toMatchObject({
      running: 'previous',
      state: { slot: 'current', trial: nameSet(releases.rootless), tries: 1 },
    });
  }, 600_000);

  it('restarts after a panic of a version on trial', async () => {
    expect(await machine.run('haos upgrade rollback')).toMatchObject({ status: 0 });
    expect(await upgrade('panicking', '--kernel')).toMatchObject({ status: 0 });
    await restart();
    await switchOn('panicking');
    await machine.expect(/Kernel panic/, 240);
    await machine.ended(120);
  }, 600_000);

  it('has a rescue shell of the previous version in its menu', async () => {
    await switchOn('rescue', 3);
    await machine.expect(/# /, 300);
    await machine.openShell('exec sh');

    expect(await machine.read('cat /run/haos/mode /run/haos/kernel-version /var/data')).toBe(
      `shell\n${releases.first.kernel}\nprecious`,
    );
  }, 480_000);
});
