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
import { macOf, makeLan, nodeSetup } from '../kubernetes/lan.js';
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

/** `haos.network` of a node whose second card has this address. */
function networkOf(name: Name, address: string): object[] {
  return [{ mac: macOf(addressOf(name)), addresses: [`${address}/24`], ipv6: 'disabled' }];
}

function configOf(name: Name): string {
  const { boot_cmd } = nodeSetup(addressOf(name));
  const interfaces = [`--node-ip=${addressOf(name)}`, '--flannel-iface=eth1'];
  const join = { server_url: `https://${addressOf('server')}:6443`, k3s_args: ['agent', ...interfaces] };
  const disable = '--disable=traefik,metrics-server,coredns,local-storage';
  const serve = { operator: true, k3s_args: ['server', ...interfaces, disable] };
  return dump({
    hostname: name,
    boot_cmd: [...boot_cmd, 'mkdir -p /media/upgrade', 'mount -t squashfs -o ro /dev/vdc /media/upgrade'],
    haos: {
      password: PASSWORD,
      token: TOKEN,
      network: networkOf(name, addressOf(name)),
      labels: { role: name === 'server' ? 'server' : 'agent' },
      ...(name === 'server' ? serve : join),
    },
  });
}

const API_VERSION = 'haos.io/v1alpha1';

function rollout(name: string, target: object, more: object = {}): object {
  const spec = { target, waves: [{ count: 1 }], stepTimeoutSeconds: 7200, ...more };
  return { apiVersion: API_VERSION, kind: 'Rollout', metadata: { name }, spec };
}

/** The target of a rollout of a version, which each node finds on its third disk. */
function releaseOf(version: string): object {
  return { version, source: `/media/upgrade/${version}.iso` };
}

function nodeConfig(name: string, config: object, more: object): object {
  return { apiVersion: API_VERSION, kind: 'NodeConfig', metadata: { name }, spec: { config, ...more } };
}

function only(hostname: Name): object {
  return { nodeSelector: { matchLabels: { 'kubernetes.io/hostname': hostname } } };
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
    // The server answers all, and agents have time.
    const role = name === 'server' ? { memory: 3072 } : { memory: 2048, nice: 5 };
    machines[name] = await startMachine({ name: `fleet-rollout-${name}`, args, ...role });
    await machine(name).logIn(PASSWORD, SLOW);
  }

  /** Waits until a machine reboots, and starts it again: QEMU exits instead. */
  async function reboot(name: Name, seconds: number): Promise<void> {
    await machine(name).ended(seconds);
    await start(name);
  }

  /** Waits in one process, because a start of kubectl takes seconds here. */
  const waitFor = (what: string, path: string, value: string, seconds = SLOW) =>
    retry(
      server(),
      `kubectl wait ${what} --for=jsonpath='{.status.${path}}'=${value} --timeout=300s`,
      seconds,
    );
  const waitForPhase = (name: string, phase: string) => waitFor(`rollout/${name}`, 'phase', phase);
  /** Prints what a person sees, for the page about fleets. */
  const show = async (...commands: string[]) => {
    for (const command of commands) console.log(`$ ${command}\n${(await server().run(command)).output}\n`);
  };
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
    media = [packImages(directory, [images]), upgrade].flatMap((file) => [
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
  });

  afterAll(async () => {
    await Promise.all(Object.values(machines).map((one) => one.stop()));
    rmSync(directory, { recursive: true });
  });

  it('has a NodeState of each node', async () => {
    for (const name of NODES) await waitFor(`nodestate/${name}`, 'haos.version', OLD);
    await show('kubectl get nodestates -o wide', 'kubectl haos status');
  });

  it('applies a setting and a file in waves after a person approves their plan', async () => {
    const config = {
      write_files: [{ path: '/etc/fleet', content: 'from a fleet\n' }],
      haos: { sysctls: { 'vm.swappiness': '17' } },
    };
    await applyManifests(server(), nodeConfig('base', config, { strategy: 'Rollout' }));
    await applyManifests(server(), rollout('base', { config: 'base' }, { approval: 'Required' }));
    await waitForPhase('base', 'WaitingForApproval');
    await show('kubectl haos status', 'kubectl haos diff agent-1', 'kubectl haos rollout status base');
    for (const name of NODES) expect((await machine(name).run('test -e /etc/fleet')).status).toBe(1);

    await server().read('kubectl haos rollout approve base');

    await waitForPhase('base', 'Complete');
    await show('kubectl haos rollout status base', 'kubectl haos explain agent-1 haos.sysctls');
    for (const name of NODES)
      expect(await machine(name).read('cat /etc/fleet /proc/sys/vm/swappiness')).toBe('from a fleet\n17');
    await kubectl(server(), 'delete rollout base');
  });

  it('takes back a network that cuts a node off', async () => {
    const lost = { haos: { network: networkOf('agent-2', '192.0.2.9') } };
    const address = 'ip -o -4 address show dev eth1';
    await applyManifests(server(), nodeConfig('lost', lost, only('agent-2')));
    await retry(machine('agent-2'), `${address} | grep 192[.]0[.]2[.]9`, SLOW);
    const since = Date.now();

    await retry(machine('agent-2'), `${address} | grep ${addressOf('agent-2')}/24`, SLOW);

    console.log(`its address is back after ${Math.round((Date.now() - since) / 1000)} s`);
    await waitFor('nodestate/agent-2', 'config.result', 'Reverted');
    await waitUntilReady(server(), 'agent-2', SLOW);
    await show('kubectl haos status');
    await kubectl(server(), 'delete nodeconfig lost');
  });

  it('gives a cordon back when a drain that a budget holds is aborted', async () => {
    await applyManifests(server(), ...heldPod('agent-1'));
    await waitForPod(server(), 'held-0', SLOW);
    await applyManifests(server(), rollout('held', releaseOf(NEW), only('agent-1')));
    const blocked = `kubectl get rollout held --output 'jsonpath={.status.conditions[?(@.type=="Blocked")].message}'`;
    await retry(server(), `sleep 10; ${blocked} | grep held-0`, SLOW);
    await show('kubectl haos rollout status held');
    expect((await cordons()).map(({ metadata }) => metadata.name)).toEqual(['agent-1']);

    await server().read('kubectl haos rollout abort held');

    await waitForPhase('held', 'Aborted');
    expect(await cordons()).toEqual([]);
    expect(await versionOf('agent-1')).toBe(OLD);
    await kubectl(server(), 'delete rollout/held statefulset/held poddisruptionbudget/held', 300);
  });

  it('upgrades the server first, and then one agent after the other', async () => {
    await applyManifests(server(), rollout('upgrade', releaseOf(NEW)));

    for (const name of NODES) {
      await reboot(name, SLOW);
      await waitUntilReady(server(), name, SLOW);
      await show('kubectl haos rollout status upgrade');
    }

    await waitForPhase('upgrade', 'Complete');
    await show('kubectl haos rollout status upgrade', 'kubectl get nodestates -o wide');
    for (const name of NODES) expect(await versionOf(name)).toBe(NEW);
    expect(await cordons()).toEqual([]);
    await kubectl(server(), 'delete rollout upgrade');
  });

  it('stops a broken version in the first wave, of which the node goes back', async () => {
    await applyManifests(server(), rollout('broken', releaseOf(BROKEN), AGENTS));

    // Into the version, and after each of two trials.
    for (let boots = 0; boots < 3; boots++) await reboot('agent-1', SLOW);
    await waitUntilReady(server(), 'agent-1', SLOW);

    await waitForPhase('broken', 'Failed');
    await show('kubectl haos rollout status broken', 'kubectl haos status');
    expect(await versionOf('agent-1')).toBe(NEW);
    expect(await versionOf('agent-2')).toBe(NEW);
    const waves = await kubectl(server(), "get rollout broken --output 'jsonpath={.status.waves}'");
    expect(JSON.parse(waves)).toMatchObject([{ rolledBack: 1 }, { updating: 0, updated: 0 }]);
    expect(await cordons()).toEqual([]);
  });
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
