import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { diskArguments, NETWORK } from './image.js';
import { extractSystem, installOnDisk } from './installed-disk.js';
import { type Machine, startMachine } from './machine.js';
import { describeRunning, type Release, readRunning, readUpgradeStatus, waitForHealth } from './release.js';
import { type Published, type Releases, writeReleases } from './releases.js';
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

/** A node on a disk, with the releases to which it can be upgraded on a second disk. */
export class UpgradedNode {
  readonly disk: string;
  readonly image: string;
  readonly releases: Releases;
  readonly published: Published;
  machine!: Machine;
  private identity = '';

  /** Installs it on a disk below the directory, and boots it until it is confirmed. */
  static async install(name: string, directory: string): Promise<UpgradedNode> {
    const system = extractSystem(directory);
    const node = new UpgradedNode(name, directory, system);
    await installOnDisk(node.disk, { directory, system, config: CONFIG });
    rmSync(system, { recursive: true });
    await node.start('first');
    await node.machine.read('printf precious >/var/data; sync');
    node.identity = await node.readIdentity();
    await node.waitForHealth();
    return node;
  }

  private constructor(
    private readonly name: string,
    directory: string,
    system: string,
  ) {
    this.disk = join(directory, 'disk');
    const { releases, image, published } = writeReleases(directory, system);
    this.releases = releases;
    this.image = image;
    this.published = published;
  }

  /** Powers on the machine; `entries` is how many menu entries to move down. */
  async switchOn(name: string, entries = 0): Promise<void> {
    await this.machine?.stop(); // a test that failed may have left it on
    const sources = ['-drive', `file=${this.image},format=raw,if=virtio,readonly=on`];
    const args = [...diskArguments(this.disk), ...sources, ...NETWORK];
    this.machine = await startMachine({ name: `${this.name}-${name}`, memory: 512, args });
    if (entries === 0) return;
    await this.machine.expect(/HAOS Rescue \(previous\)/, 600);
    this.machine.send(DOWN.repeat(entries));
  }

  /** Powers on the machine, waits for its runtime phase, and mounts the releases. */
  async start(name: string, entries?: number): Promise<void> {
    await this.switchOn(name, entries);
    await this.machine.logIn('sesame');
    await waitForRuntime(this.machine);
    await this.machine.read('mkdir -p /run/media && mount /dev/vdb /run/media');
  }

  async restart(): Promise<void> {
    this.machine.send('reboot');
    await this.machine.ended(600); // QEMU exits instead of restarting
  }

  waitForHealth(): Promise<void> {
    return waitForHealth(this.machine);
  }

  upgrade(name: keyof Releases, ...options: string[]) {
    const source = `--source /run/media/${name} --destination /haos/system`;
    return this.machine.run(`haos upgrade ${source} ${options.join(' ')}`);
  }

  /**
   * Starts an upgrade, and cuts the power right before an operation, such as `rename
   * /haos/system/haos/current`.
   */
  async cutUpgrade(deed: string, source = '/run/media/good'): Promise<void> {
    await this.machine.read(`cat >/run/stopper.cjs <<'END'\n${STOPPER}\nEND`);
    const program = '/usr/lib/haos/node --require /run/stopper.cjs /usr/lib/haos/cli/haos.cjs';
    const options = `upgrade --source ${source} --destination /haos/system --rootfs --kernel`;
    await this.machine.read(`STOP_BEFORE='${deed}' setsid ${program} ${options} >/run/cut.log 2>&1 &`);
    await this.machine.read('until [ -e /run/stopped ]; do sleep 1; done', 600);
    await this.machine.stop();
  }

  /** Makes the node trust the key of the published release, as if its image had it. */
  async trustKey(): Promise<void> {
    await this.machine.read('mount -t tmpfs keys /usr/share/haos/keys');
    await this.machine.read(`cat >/usr/share/haos/keys/test.pem <<'END'\n${this.published.publicKey}END`);
  }

  readUpgradeStatus() {
    return readUpgradeStatus(this.machine);
  }

  /**
   * Checks what is really in use: the files behind /usr and the modules, the kernel, k3s, the
   * configuration, the data.
   */
  async expectRunning(release: Release): Promise<void> {
    const { machine } = this;
    expect(await readRunning(machine)).toBe(describeRunning(release));
    expect(await machine.read('hostname; cat /etc/written; cat /var/data')).toBe(
      'upgraded\nby the configurationprecious',
    );
    expect(await this.readIdentity()).toBe(this.identity);
    expect(await readStatus(machine)).toMatchObject({ mode: 'disk', phases: [{}, {}, { exitStatus: 0 }] });
  }

  private readIdentity(): Promise<string> {
    return this.machine.read(
      'cat /etc/machine-id; ssh-keygen -lf /var/lib/rancher/HAOS/ssh/ssh_host_ed25519_key',
    );
  }
}
