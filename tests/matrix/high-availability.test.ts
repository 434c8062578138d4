import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyManifests, kubectl, retry, waitUntilReady } from '../kubernetes/cluster.js';
import { packImages, prepareKubernetes } from '../kubernetes/haos-image.js';
import { makeLan, nodeSetup } from '../kubernetes/lan.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';

const PASSWORD = 'sesame';
const NAMES = ['server-1', 'server-2', 'server-3'] as const;

interface DocumentedConfig {
  hostname: string;
  haos: object;
}

/** Reads the three configurations of the page. */
function readDocumented(): DocumentedConfig[] {
  const page = readFileSync(join(ROOT, 'docs/high-availability.md'), 'utf8');
  return [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => load(text ?? '') as DocumentedConfig);
}

describe('three servers, as documented', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-servers-'));
  const lan = makeLan();
  const machines = new Map<string, Machine>();

  const at = (name: (typeof NAMES)[number]) => machines.get(name) as Machine;

  async function start(config: DocumentedConfig, system: string, images: string): Promise<void> {
    const name = config.hostname;
    const address = `10.77.0.${name.at(-1)}`;
    const disk = join(directory, name);
    const text = dump({ ...config, ...nodeSetup(address), haos: { ...config.haos, password: PASSWORD } });
    await installOnDisk(disk, { directory, system, config: text, megabytes: 8000 });
    const media = ['-drive', `file=${images},format=raw,if=virtio,readonly=on`];
    const args = [...diskArguments(disk), ...media, ...NETWORK, ...lan.card(address)];
    const machine = await startMachine({ name, args, memory: 3072 });
    machines.set(name, machine);
    await machine.logIn(PASSWORD);
  }

  beforeAll(async () => {
    const { haos, images } = prepareKubernetes();
    const disk = packImages(directory, [images]);
    const system = extractSystem(directory, haos.iso);
    const configs = readDocumented();
    expect(configs.map(({ hostname }) => hostname)).toEqual(NAMES);
    // One after the other: etcd accepts one new member at a time.
    for (const config of configs) {
      await start(config, system, disk);
      await waitUntilReady(at('server-1'), config.hostname, 1800);
    }
  });

  afterAll(async () => {
    await Promise.all([...machines.values()].map((machine) => machine.stop()));
    rmSync(directory, { recursive: true });
  });

  it('has three members of the datastore', async () => {
    const nodes = await kubectl(
      at('server-1'),
      'get nodes --selector node-role.kubernetes.io/etcd=true --output name',
    );

    expect(nodes.split('\n').sort()).toEqual(NAMES.map((name) => `node/${name}`));
  });

  it('answers and accepts changes while the first server is off', async () => {
    await at('server-1').stop();
    const change = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'change' },
      data: { made: 'yes' },
    };
    await retry(at('server-2'), 'kubectl get --raw /readyz', 300);
    await applyManifests(at('server-2'), change);

    expect(
      await retry(at('server-3'), 'kubectl get configmap change --output jsonpath={.data.made}', 300),
    ).toBe('yes');
  });
});
