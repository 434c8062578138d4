import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameSet } from '../vm/release.js';
import { UpgradedNode } from '../vm/upgraded-node.js';

describe('a node whose upgrade fails', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-vm-'));
  let node: UpgradedNode;

  beforeAll(async () => {
    node = await UpgradedNode.install('upgrade-faults', directory);
  });

  afterAll(async () => {
    await node.machine.stop();
    rmSync(directory, { recursive: true });
  });

  it('is the old one, complete, after a power cut while the new one is copied', async () => {
    await node.cutUpgrade(`rename /haos/system/kernel/${node.releases.good.kernel}`);
    await node.start('cut-copying');

    await node.expectRunning(node.releases.first);
    expect(await node.readUpgradeStatus()).toEqual({
      slots: { current: node.releases.first, previous: {} },
      running: 'current',
      state: { slot: 'current', good: nameSet(node.releases.first) },
      isInterrupted: false,
      k3s: { current: expect.stringMatching(/^v\d/) },
    });
  });

  it('is the old one, complete, after a power cut between two links', async () => {
    await node.cutUpgrade('rename /haos/system/kernel/current');
    await node.start('cut-linking');

    await node.expectRunning(node.releases.first);
    expect(await node.readUpgradeStatus()).toMatchObject({
      slots: { current: node.releases.first },
      running: 'current',
      isInterrupted: false,
    });
    await node.waitForHealth();
    expect((await node.readUpgradeStatus()).state).toEqual({
      slot: 'current',
      good: nameSet(node.releases.first),
    });
  });

  it('automatically rolls back a version that never becomes healthy, and refuses it from then on', async () => {
    const limit = 'boot_cmd: [ "echo limit=30 >/etc/conf.d/health" ]';
    await node.machine.read(`echo '${limit}' >/var/lib/rancher/HAOS/config.d/health.yaml`);
    expect(await node.upgrade('restless', '--rootfs')).toMatchObject({ status: 0 });
    await node.restart();
    for (const trial of ['first', 'second']) {
      await node.switchOn(`restless-${trial}`);
      await node.machine.expect(/was not healthy in time on trial: the machine restarts/, 600);
      await node.machine.ended(600);
    }
    await node.start('returned');

    await node.expectRunning(node.releases.first);
    expect(await node.readUpgradeStatus()).toMatchObject({
      slots: { current: node.releases.restless, previous: node.releases.first },
      running: 'previous',
      state: { slot: 'previous', failed: nameSet(node.releases.restless) },
    });
    expect(await node.upgrade('restless', '--rootfs')).toMatchObject({ status: 5 });
    expect(await node.machine.run('haos upgrade forget')).toMatchObject({ status: 0 });
    expect((await node.readUpgradeStatus()).state).not.toHaveProperty('failed');
    await node.machine.read('rm /var/lib/rancher/HAOS/config.d/health.yaml');
  });

  it('restarts instead of waiting in a shell if a version on trial has no root image', async () => {
    expect(await node.upgrade('rootless', '--rootfs')).toMatchObject({ status: 0 });
    await node.restart();
    await node.switchOn('rootless');
    await node.machine.expect(/rootfs\.squashfs cannot be mounted/, 600);
    await node.machine.expect(/on trial: the machine restarts/, 600);
    await node.machine.ended(600);
  });

  it('runs the previous version if it is selected in the menu, which does not affect the trial', async () => {
    await node.start('chosen', 1);

    await node.expectRunning(node.releases.first);
    await node.waitForHealth();
    expect(await node.readUpgradeStatus()).toMatchObject({
      running: 'previous',
      state: { slot: 'current', trial: nameSet(node.releases.rootless), tries: 1 },
    });
  });

  it('restarts after a panic of a version on trial', async () => {
    expect(await node.machine.run('haos upgrade rollback')).toMatchObject({ status: 0 });
    expect(await node.upgrade('panicking', '--kernel')).toMatchObject({ status: 0 });
    await node.restart();
    await node.switchOn('panicking');
    await node.machine.expect(/Kernel panic/, 600);
    await node.machine.ended(600);
  });

  it('has a rescue shell of the previous version in its menu', async () => {
    await node.switchOn('rescue', 3);
    await node.machine.expect(/# /, 600);
    await node.machine.openShell('exec sh');

    expect(await node.machine.read('cat /run/haos/mode /run/haos/kernel-version /var/data')).toBe(
      `shell\n${node.releases.first.kernel}\nprecious`,
    );
  });
});
