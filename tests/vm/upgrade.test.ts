import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameSet } from './release.js';
import { serveRelease } from './releases.js';
import { UpgradedNode } from './upgraded-node.js';

describe('a node that is upgraded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  let node: UpgradedNode;
  let server: Server;
  /** The URL of the good release, as the machine sees it. */
  let url: string;

  beforeAll(async () => {
    node = await UpgradedNode.install('upgrade', directory);
    server = await serveRelease(node.published.directory);
    url = `http://10.0.2.2:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await node.machine.stop();
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });

  it('refuses a release from the network that no key of its image signed, and writes nothing', async () => {
    const links = 'ls -l /haos/system/*; cat /haos/system/grubenv';
    const before = await node.machine.read(links);
    await node.machine.read('until ip route | grep -q default; do sleep 1; done');

    const unknown = await node.machine.run(
      `haos upgrade --source ${url}/good/haos-amd64.iso --format json`,
      120,
    );
    await node.trustKey();
    const damaged = await node.machine.run(
      `haos upgrade --source ${url}/damaged/haos-amd64.iso --format json`,
      120,
    );

    for (const { status, output } of [unknown, damaged]) {
      expect(status).toBe(5);
      expect(output).toMatch(/"id": "download",\s+"ok": false/);
    }
    expect(await node.machine.read(links)).toBe(before);
    expect(await node.machine.run('ls /var/lib/rancher/HAOS/upgrade')).toMatchObject({ status: 2 });
  });

  it('is the new one, from its ISO on a web server, after a power cut after the last link, and is confirmed once it is healthy', async () => {
    await node.cutUpgrade('remove /haos/system/intent', `${url}/good/haos-amd64.iso`);
    await node.start('cut-linked');
    // A process that holds the lock delays the confirmation, and does not prevent it.
    const isOver = 'grep -qs lock /run/haos/health.log || ! kill -0 $(cat /run/haos/health.pid)';
    await node.machine.read(
      `flock /run/haos/upgrade.lock sh -c 'until ${isOver}; do sleep 1; done' >/dev/null 2>&1 &`,
    );

    await node.expectRunning(node.releases.good);
    expect(await node.machine.run('ls /var/lib/rancher/HAOS/upgrade')).toMatchObject({ status: 2 });
    expect(await node.machine.read('cat /proc/cmdline')).toMatch(/ haos\.slot=current haos\.trial panic=10/);
    await node.waitForHealth();
    expect(await node.readUpgradeStatus()).toEqual({
      slots: { current: node.releases.good, previous: node.releases.first },
      running: 'current',
      state: { slot: 'current', good: nameSet(node.releases.good) },
      isInterrupted: false,
      k3s: { current: expect.stringMatching(/^v\d/), previous: expect.stringMatching(/^v\d/) },
    });
  });

  it('rolls back on request', async () => {
    expect(await node.machine.run('haos upgrade rollback')).toMatchObject({ status: 0 });
    await node.restart();
    await node.start('rolled-back');

    await node.expectRunning(node.releases.first);
    expect(await node.readUpgradeStatus()).toMatchObject({
      running: 'previous',
      state: { slot: 'previous', failed: nameSet(node.releases.good) },
    });
  });
});
