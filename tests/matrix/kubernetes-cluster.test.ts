import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyManifests,
  busyboxPod,
  getObject,
  READY_LIMIT,
  retry,
  waitForPod,
  waitUntilReady,
} from '../kubernetes/cluster.js';
import { makeControllerImage } from '../kubernetes/container-images.js';
import { buildHaos, packImages, prepareKubernetes } from '../kubernetes/haos-image.js';
import { makeLan, nodeSetup } from '../kubernetes/lan.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk, makeDirectory } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForRuntime } from '../vm/status.js';

const TOKEN = 'a-token-of-the-tests';
const WRONG_TOKEN = 'not-the-token-of-the-tests';
const PASSWORD = 'sesame';
const OLD = 'v0.1.0';
const NEW = 'v0.2.0';

const ADDRESSES = { server: '10.77.0.1', agent: '10.77.0.2' };

const CONFIGS = {
  server: {
    token: TOKEN,
    labels: { 'haos.io/upgrade': 'enabled' },
    k3s_args: [
      'server',
      `--node-ip=${ADDRESSES.server}`,
      '--disable=traefik,metrics-server,coredns,local-storage',
    ],
  },
  agent: {
    server_url: `https://${ADDRESSES.server}:6443`,
    token: WRONG_TOKEN,
    labels: { 'haos.io/upgrade': 'enabled', place: 'cellar' },
    taints: ['dedicated=edge:NoSchedule'],
    k3s_args: [`--node-ip=${ADDRESSES.agent}`],
  },
};

type Name = keyof typeof CONFIGS;

function configOf(name: Name): string {
  return dump({
    hostname: name,
    ...nodeSetup(ADDRESSES[name]),
    haos: { password: PASSWORD, ...CONFIGS[name] },
  });
}

describe('a server, an agent, and an upgrade of both by the upgrade controller', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-cluster-'));
  const disks = { server: join(directory, 'server'), agent: join(directory, 'agent') };
  const lan = makeLan();
  const machines: Partial<Record<Name, Machine>> = {};
  let images = '';
  let upgrade = '';
  let identity = '';

  const server = () => machines.server as Machine;
  const agent = () => machines.agent as Machine;

  async function start(name: Name): Promise<void> {
    const media = [images, upgrade].flatMap((file) => [
      ...['-drive', `file=${file},format=raw,if=virtio,readonly=on`],
    ]);
    const args = [...diskArguments(disks[name]), ...media, ...NETWORK, ...lan.card(ADDRESSES[name])];
    machines[name] = await startMachine({
      name: `cluster-${name}`,
      args,
      memory: name === 'server' ? 3072 : 2048,
    });
    await machines[name].logIn(PASSWORD);
  }

  beforeAll(async () => {
    const { k3s, haos, images: archive } = prepareKubernetes();
    images = packImages(directory, [archive, makeControllerImage()]);
    upgrade = packImages(makeDirectory(join(directory, 'upgrade')), [buildHaos(k3s, NEW).oci]);
    const system = extractSystem(directory, haos.iso);
    await installOnDisk(disks.server, { directory, system, config: configOf('server'), megabytes: 8000 });
    await installOnDisk(disks.agent, { directory, system, config: configOf('agent'), megabytes: 8000 });
    rmSync(system, { recursive: true });
    await Promise.all([start('server'), start('agent')]);
    await waitUntilReady(server(), 'server');
  });

  afterAll(async () => {
    await Promise.all(Object.values(machines).map((machine) => machine.stop()));
    rmSync(directory, { recursive: true });
  });

  it('starts k3s before the runtime phase, which does not restart it', async () => {
    await server().read('[ /run/haos/k3s-inputs -ot /run/haos/k3s-start ]');
  });

  it('reports on the agent that its token is wrong, and rarely restarts k3s', async () => {
    await waitForRuntime(agent());
    const output = await retry(agent(), '! haos status >/run/shown && grep -i token /run/shown', 300);
    expect(output).toMatch(/token/i);
    expect(output).not.toContain(WRONG_TOKEN);

    const [first, second] = [await countStarts(agent()), await later(agent())];
    expect(second - first).toBeLessThan(5);
  });

  it('lets the agent join once it has the right token, with its label and its taint', async () => {
    const fix = `printf 'haos:\\n  token: ${TOKEN}\\n' | haos config put 50-token.yaml --apply`;
    await agent().read(fix);
    await waitUntilReady(server(), 'agent');

    const node = await getObject(server(), 'node agent');
    expect(node.metadata.labels).toMatchObject({
      place: 'cellar',
      'haos.io/version': OLD,
      'haos.io/mode': 'disk',
    });
    expect(node.spec.taints).toContainEqual({ key: 'dedicated', value: 'edge', effect: 'NoSchedule' });
    await retry(agent(), 'haos status', 300);
  });

  it('connects the pods of both nodes', async () => {
    for (const nodeName of ['server', 'agent']) {
      const pod = busyboxPod(`web-${nodeName}`, ['httpd', '-f', '-p', '80', '-h', '/etc'], { nodeName });
      await applyManifests(server(), pod);
    }
    const address = await waitForPod(server(), 'web-agent');
    await waitForPod(server(), 'web-server');

    const fetch = `kubectl exec web-server -- wget -q -O - http://${address}/hostname`;
    expect(await retry(server(), fetch, 300)).toBe('web-agent');
    const back = await getObject(server(), 'pod web-server');
    const other = `kubectl exec web-agent -- wget -q -O - http://${back.status.podIP}/hostname`;
    expect(await retry(server(), other, 300)).toBe('web-server');
  });

  it('accepts configuration from a pod', async () => {
    // As in the example of a Plan.
    const enter = 'busybox nsenter -t 1 -m -u -i -n -p --';
    const config = 'haos: {sysctls: {vm.swappiness: 7}}';
    const pod = busyboxPod(
      'configurer',
      ['sh', '-c', `echo "${config}" | ${enter} /usr/sbin/haos config put 60-pod.yaml --apply`],
      { nodeName: 'agent', hostPID: true, restartPolicy: 'Never' },
      { securityContext: { privileged: true } },
    );
    await applyManifests(server(), pod);
    await retry(server(), "kubectl get pod configurer -o 'jsonpath={.status.phase}' | grep Succeeded", 300);

    expect(await agent().read('cat /proc/sys/vm/swappiness')).toBe('7');
  });

  it('upgrades the server by Plan, which keeps its identity, its pods and their data', async () => {
    identity = (await getObject(server(), 'node server')).metadata.uid;
    await applyManifests(server(), keeper());
    await waitForPod(server(), 'keeper-0');
    const bring = [
      'mkdir -p /run/upgrade && mount -t squashfs -o ro /dev/vdc /run/upgrade',
      'k3s ctr images import /run/upgrade/haos-oci-amd64.tar',
    ].join(' && ');
    await Promise.all([server(), agent()].map((machine) => machine.read(bring, 900)));
    const put = `printf 'haos:\\n  upgrade:\\n    version: ${NEW}\\n' | haos config put 50-version.yaml --apply`;
    await server().read(put);
    await server().ended(1200);
    await start('server');
    await waitUntilReady(server(), 'server');

    await expectUpgraded('server');
    expect((await getObject(server(), 'node server')).metadata.uid).toBe(identity);
    await waitForPod(server(), 'keeper-0', 600);
    expect(await server().read('wc -l </var/lib/keeper/starts')).toBe('2');
  });

  it('then upgrades the agent', async () => {
    await agent().ended(1500);
    await start('agent');

    await expectUpgraded('agent');
    await waitUntilReady(server(), 'agent');
  });

  async function expectUpgraded(name: Name): Promise<void> {
    const version = `kubectl get node ${name} --output 'jsonpath={.metadata.labels.haos\\.io/version}'`;
    await retry(server(), `${version} | grep -x ${NEW}`, READY_LIMIT);
    // The controller uncordons the node and labels it as done.
    const plan = `{.metadata.labels.plan\\.upgrade\\.cattle\\.io/haos-${name}s}`;
    await retry(server(), `kubectl get node ${name} --output 'jsonpath=${plan}' | grep .`, READY_LIMIT);
    expect((await getObject(server(), `node ${name}`)).spec.unschedulable).toBeUndefined();
    const status = await machines[name]?.read('haos status --format json || true');
    expect(JSON.parse(status ?? '')).toMatchObject({ version: NEW });
  }
});

/** Returns how often k3s was started, from its log. */
async function countStarts(machine: Machine): Promise<number> {
  return Number(await machine.read('grep -c fatal /var/log/k3s-service.log'));
}

/** Returns the same number a minute later. */
async function later(machine: Machine): Promise<number> {
  await machine.read('sleep 60');
  return countStarts(machine);
}

/** Returns a pod on the server that records each start and is recreated after an eviction. */
function keeper(): object {
  const labels = { app: 'keeper' };
  const { spec } = busyboxPod(
    'keeper',
    ['sh', '-c', 'echo started >>/data/starts; exec sleep 100000'],
    {
      nodeSelector: { 'kubernetes.io/hostname': 'server' },
      volumes: [{ name: 'data', hostPath: { path: '/var/lib/keeper', type: 'DirectoryOrCreate' } }],
    },
    { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
  );
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'keeper' },
    spec: {
      serviceName: 'keeper',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}
