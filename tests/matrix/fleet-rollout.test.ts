import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyManifests,
  busyboxPod,
  getObject,
  kubectl,
  READY_LIMIT,
  retry,
  waitForPod,
  waitUntilReady,
} from '../kubernetes/cluster.js';
import { buildHaos, packImages, prepareKubernetes } from '../kubernetes/haos-image.js';
import { makeLan, nodeSetup } from '../kubernetes/lan.js';
import { must } from '../loop/loop-disk.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk, packSources } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';

const PASSWORD = 'sesame';
const TOKEN = 'a-token-of-the-tests';
const [OLD, NEW, BROKEN] = ['v0.1.0', 'v0.2.0', 'v0.2.1'] as const;

/** A k3s that reports a newer version and never serves. */
const BROKEN_K3S = `#!/bin/sh
[ "$1" != --version ] || { echo 'k3s version v1.36.9+k3s1 (broken)'; exit 0; }
echo 'level=fatal msg="Error: this version is broken"'
exit 1
`;

const NODES = ['server', 'agent-1', 'agent-2'] as const;
type Name = (typeof NODES)[number];
const addressOf = (name: Name) => `10.77.0.${NODES.indexOf(name) + 1}`;

/** Three machines on two processors: a step takes as long as three alone. */
const SLOW = 3 * READY_LIMIT;

function configOf(name: Name): string {
  const { boot_cmd, ...setup } = nodeSetup(addressOf(name));
  const join = {
    server_url: `https://${addressOf('server')}:6443`,
    k3s_args: [`--node-ip=${addressOf(name)}`],
  };
  const disable = '--disable=traefik,metrics-server,coredns,local-storage';
  const serve = { operator: true, k3s_args: ['server', `--node-ip=${addressOf(name)}`, disable] };
  return dump({
    hostname: name,
    ...setup,
    boot_cmd: [...boot_cmd, 'mkdir -p /media/upgrade', 'mount -t squashfs -o ro /dev/vdc /media/upgrade'],
    haos: {
      password: PASSWORD,
      token: TOKEN,
      labels: { role: name === 'server' ? 'server' : 'agent' },
      ...(name === 'server' ? serve : join),
    },
  });
}

function rollout(name: string, version: string, more: object = {}): object {
  const target = { version, source: `/media/upgrade/${version}.iso` };
  const spec = { target, waves: [{ count: 1 }], stepTimeoutSeconds: 7200, ...more };
  return { apiVersion: 'haos.io/v1alpha1', kind: 'Rollout', metadata: { name }, spec };
}

const AGENTS = { nodeSelector: { matchLabels: { role: 'agent' } } };

describe('a server and two agents with the operator', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-rollout-'));
  const lan = makeLan();
  const machines: Partial<Record<Name, Machine>> = {};
  let media: string[] = [];

  const server = () => machines.server as Machine;
  const machine = (name: Name) => machines[name] as Machine;
  const diskOf = (name: Name) => join(directory, name);

  async function start(name: Name): Promise<void> {
    const args = [...diskArguments(diskOf(name)), ...media, ...NETWORK, ...lan.card(addressOf(name))];
    const memory = name === 'server' ? 3072 : 2048;
    machines[name] = await startMachine({ name: `fleet-rollout-${name}`, args, memory });
    await machine(name).logIn(SLOW, PASSWORD);
  }

  /** Waits until a machine reboots, and starts it again: QEMU exits instead. */
  async function reboot(name: Name, seconds: number): Promise<void> {
    await machine(name).ended(seconds);
    await start(name);
  }

  const phaseOf = (name: string) => `get rollout ${name} --output 'jsonpath={.status.phase}'`;
  const waitForPhase = (name: string, phase: string, seconds = SLOW) =>
    retry(server(), `kubectl ${phaseOf(name)} | grep -x ${phase}`, seconds);
  const versionOf = (name: Name) =>
    kubectl(server(), `get nodestate ${name} --output 'jsonpath={.status.haos.version}'`);
  const cordons = async () =>
    (await Promise.all(NODES.map((name) => getObject(server(), `node ${name}`)))).filter(
      ({ spec }) => spec.unschedulable,
    );

  beforeAll(async () => {
    const { k3s, haos, images } = prepareKubernetes();
    const program = join(directory, 'k3s');
    writeFileSync(program, BROKEN_K3S, { mode: 0o755 });
    const releases = join(directory, 'releases');
    mkdirSync(releases);
    must('cp', buildHaos(k3s, NEW).iso, join(releases, `${NEW}.iso`));
    must('cp', buildHaos({ path: program, kind: 'stand-in' }, BROKEN).iso, join(releases, `${BROKEN}.iso`));
    const upgrade = join(directory, 'upgrade.squashfs');
    packSources(upgrade, releases);
    media = [packImages(directory, [images.base]), upgrade].flatMap((file) => [
      ...['-drive', `file=${file},format=raw,if=virtio,readonly=on`],
    ]);
    const system = extractSystem(directory, haos.iso);
    for (const name of NODES)
      await installOnDisk(diskOf(name), { directory, system, config: configOf(name), megabytes: 8000 });
    rmSync(system, { recursive: true });
    await start('server');
    await waitUntilReady(server(), 'server', SLOW);
    for (const name of ['agent-1', 'agent-2'] as const) {
      await start(name);
      await waitUntilReady(server(), name, SLOW);
    }
  }, 7_200_000);

  afterAll(async () => {
    await Promise.all(Object.values(machines).map((one) => one.stop()));
    rmSync(directory, { recursive: true });
  });

  it('has a NodeState of each node', async () => {
    for (const name of NODES)
      await retry(
        server(),
        `kubectl get nodestate ${name} --output 'jsonpath={.status.haos.version}' | grep ${OLD}`,
        SLOW,
      );
    console.log(await kubectl(server(), 'get nodestates --output wide'));
    console.log(await server().read('kubectl haos status', 120));
  }, 3_600_000);

  it('gives a cordon back when a drain that a budget holds is aborted', async () => {
    await applyManifests(server(), ...heldPod('agent-1'));
    await waitForPod(server(), 'held-0', SLOW);
    const one = { nodeSelector: { matchLabels: { 'kubernetes.io/hostname': 'agent-1' } } };
    await applyManifests(server(), rollout('held', NEW, one));
    const blocked = `kubectl get rollout held --output 'jsonpath={.status.conditions[?(@.type=="Blocked")].message}'`;
    await retry(server(), `${blocked} | grep held-0`, SLOW);
    expect((await cordons()).map(({ metadata }) => metadata.name)).toEqual(['agent-1']);

    await server().read('kubectl haos rollout abort held', 120);

    await waitForPhase('held', 'Aborted');
    expect(await cordons()).toEqual([]);
    expect(await versionOf('agent-1')).toBe(OLD);
    await kubectl(server(), 'delete rollout/held statefulset/held poddisruptionbudget/held', 300);
  }, 3_600_000);

  it('upgrades the server first, and then one agent after the other', async () => {
    await applyManifests(server(), rollout('upgrade', NEW));

    for (const name of NODES) {
      await reboot(name, SLOW);
      await waitUntilReady(server(), name, SLOW);
    }

    await waitForPhase('upgrade', 'Complete');
    for (const name of NODES) expect(await versionOf(name)).toBe(NEW);
    expect(await cordons()).toEqual([]);
    await kubectl(server(), 'delete rollout upgrade');
  }, 14_400_000);

  it('stops a broken version in the first wave, of which the node goes back', async () => {
    await applyManifests(server(), rollout('broken', BROKEN, AGENTS));

    // Into the version, and after each of two trials.
    for (let boots = 0; boots < 3; boots++) await reboot('agent-1', SLOW);
    await waitUntilReady(server(), 'agent-1', SLOW);

    await waitForPhase('broken', 'Failed');
    expect(await versionOf('agent-1')).toBe(NEW);
    expect(await versionOf('agent-2')).toBe(NEW);
    const waves = await kubectl(server(), "get rollout broken --output 'jsonpath={.status.waves}'");
    expect(JSON.parse(waves)).toMatchObject([{ rolledBack: 1 }, { updating: 0, updated: 0 }]);
    expect(await cordons()).toEqual([]);
  }, 14_400_000);
});

/** Returns a pod on a node that a controller owns and that a budget keeps there. */
function heldPod(nodeName: Name): object[] {
  const labels = { app: 'held' };
  const hostname = { 'kubernetes.io/hostname': nodeName };
  const { spec } = busyboxPod('held', ['sleep', '100000'], { nodeSelector: hostname });
  const selector = { matchLabels: labels };
  const template = { metadata: { labels }, spec };
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'held' },
      spec: { maxUnavailable: 0, selector },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'held' },
      spec: { serviceName: 'held', selector, template },
    },
  ];
}
