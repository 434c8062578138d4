import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyManifests, kubectl, READY_LIMIT, retry, waitUntilReady } from '../kubernetes/cluster.js';
import { packImages, prepareKubernetes } from '../kubernetes/haos-image.js';
import { makeLan, nodeSetup } from '../kubernetes/lan.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';

const ADDRESS = '10.77.0.1';
const PASSWORD = 'sesame';

const CONFIG = dump({
  hostname: 'server',
  ...nodeSetup(ADDRESS),
  haos: {
    password: PASSWORD,
    operator: true,
    k3s_args: ['server', `--node-ip=${ADDRESS}`, '--disable=traefik,metrics-server,coredns,local-storage'],
  },
});

const STATE = 'get nodestate server --output jsonpath=';
const RECORD = '/var/lib/rancher/HAOS/config-try.json';

/** A NodeConfig with these kernel settings, and a file. */
function nodeConfig(sysctls: Readonly<Record<string, string>>, content: string): object {
  return {
    apiVersion: 'haos.io/v1alpha1',
    kind: 'NodeConfig',
    metadata: { name: 'base' },
    spec: { config: { write_files: [{ path: '/etc/fleet', content }], haos: { sysctls } } },
  };
}

describe('a server with haos.operator', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-fleet-'));
  const disk = join(directory, 'disk');
  let machine: Machine;

  beforeAll(async () => {
    const { haos, images } = prepareKubernetes();
    const archives = packImages(directory, [images]);
    const system = extractSystem(directory, haos.iso);
    await installOnDisk(disk, { directory, system, config: CONFIG, megabytes: 8000 });
    rmSync(system, { recursive: true });
    const media = ['-drive', `file=${archives},format=raw,if=virtio,readonly=on`];
    const args = [...diskArguments(disk), ...media, ...NETWORK, ...makeLan().card(ADDRESS)];
    machine = await startMachine({ name: 'fleet', args, memory: 3072 });
    await machine.logIn(PASSWORD);
    await waitUntilReady(machine, 'server');
  });

  afterAll(async () => {
    await machine?.stop();
    rmSync(directory, { recursive: true });
  });

  it('has a NodeState, which its agent writes, and pods that need no registry', async () => {
    await retry(machine, `kubectl ${STATE}'{.status.haos.version}' | grep v0.1.0`, READY_LIMIT);

    expect(await kubectl(machine, `${STATE}'{.status.bootId}'`)).toBe(
      await machine.read('cat /proc/sys/kernel/random/boot_id'),
    );
    await retry(
      machine,
      'kubectl --namespace haos-system rollout status daemonset/haos-agent --timeout=30s',
      300,
    );
  });

  it('applies a NodeConfig, and ends its trial when the operator has seen the node Ready', async () => {
    await applyManifests(machine, nodeConfig({ 'vm.swappiness': '17' }, 'from a fleet\n'));

    await retry(machine, 'grep -qx 17 /proc/sys/vm/swappiness', 600);
    await retry(machine, `grep -q '"state":"confirmed"' ${RECORD}`, 600);
    expect(await machine.read('cat /etc/fleet')).toBe('from a fleet');
    expect(await kubectl(machine, `${STATE}'{.status.config.result}'`)).toBe('Applied');
    await retry(
      machine,
      "kubectl get nodeconfig base --output jsonpath='{.status.nodes.applied}' | grep 1",
      120,
    );
  });

  it('goes back from a NodeConfig of which a step fails, and says why', async () => {
    await applyManifests(machine, nodeConfig({ 'vm.swappiness': '18', 'no.such': '1' }, 'other\n'));

    await retry(machine, `kubectl ${STATE}'{.status.config.result}' | grep Failed`, 600);
    await retry(machine, `grep -q '"state":"reverted"' ${RECORD}`, 300);
    await retry(machine, 'grep -qx 17 /proc/sys/vm/swappiness', 300);
    expect(await kubectl(machine, `${STATE}'{.status.config.message}'`)).toContain('no.such');
    expect(await machine.read('cat /etc/fleet')).toBe('from a fleet');
  });

  it('reports what somebody changes on the node, and leaves it', async () => {
    await applyManifests(machine, nodeConfig({ 'vm.swappiness': '17' }, 'from a fleet\n'));
    await retry(machine, `kubectl ${STATE}'{.status.config.result}' | grep Applied`, 600);
    await machine.read('echo changed >/etc/fleet');

    // It looks every ten minutes.
    await retry(machine, `kubectl ${STATE}'{.status.drift[0].path}' | grep /etc/fleet`, 1200);
    expect(await machine.read('cat /etc/fleet')).toBe('changed');
  });
});
