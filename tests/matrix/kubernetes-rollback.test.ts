import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getObject, READY_LIMIT, retry, waitUntilReady } from '../kubernetes/cluster.js';
import { makeControllerImage } from '../kubernetes/container-images.js';
import { buildHaos, packImages, prepareKubernetes } from '../kubernetes/haos-image.js';
import { makeLan, nodeSetup } from '../kubernetes/lan.js';
import { diskArguments, NETWORK } from '../vm/image.js';
import { extractSystem, installOnDisk, makeDirectory } from '../vm/installed-disk.js';
import { type Machine, startMachine } from '../vm/machine.js';

const PASSWORD = 'sesame';
const ADDRESS = '10.77.0.1';
const OLD = 'v0.1.0';
const BROKEN = 'v0.2.1';

/** A k3s that reports a newer version and never serves. */
const BROKEN_K3S = `#!/bin/sh
[ "$1" != --version ] || { echo 'k3s version v1.36.9+k3s1 (broken)'; exit 0; }
echo 'level=fatal msg="Error: this version is broken"'
exit 1
`;

/** Mounts the disk with the broken version. */
const MOUNT = 'mkdir -p /run/upgrade && mount -t squashfs -o ro /dev/vdc /run/upgrade';

const UPGRADE = 'haos upgrade --source /run/upgrade/haos-amd64.iso --check --format json';

const { boot_cmd, ...setup } = nodeSetup(ADDRESS);

const CONFIG = dump({
  hostname: 'server',
  ...setup,
  // A trial of five minutes instead of ten.
  boot_cmd: [...boot_cmd, 'echo limit=300 >/etc/conf.d/health'],
  haos: {
    password: PASSWORD,
    labels: { 'haos.io/upgrade': 'enabled' },
    k3s_args: ['server', `--node-ip=${ADDRESS}`, '--disable=traefik,metrics-server,coredns,local-storage'],
  },
});

describe('a version whose k3s never becomes Ready', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-rollback-'));
  const disk = join(directory, 'disk');
  const lan = makeLan();
  let media: string[] = [];
  let machine: Machine;

  async function start(): Promise<void> {
    const args = [...diskArguments(disk), ...media, ...NETWORK, ...lan.card(ADDRESS)];
    machine = await startMachine({ name: 'kubernetes-rollback', args, memory: 3072 });
  }

  beforeAll(async () => {
    const { haos, images } = prepareKubernetes();
    const program = join(directory, 'k3s');
    writeFileSync(program, BROKEN_K3S, { mode: 0o755 });
    const broken = buildHaos({ path: program, kind: 'stand-in' }, BROKEN);
    mkdirSync(join(directory, 'upgrade'));
    media = [
      packImages(directory, [images, makeControllerImage()]),
      packImages(makeDirectory(join(directory, 'upgrade')), [broken.oci, broken.iso]),
    ].flatMap((file) => ['-drive', `file=${file},format=raw,if=virtio,readonly=on`]);
    const system = extractSystem(directory, haos.iso);
    await installOnDisk(disk, { directory, system, config: CONFIG, megabytes: 8000 });
    await start();
    await machine.logIn(PASSWORD);
    await waitUntilReady(machine, 'server');
  });

  afterAll(async () => {
    await machine?.stop();
    rmSync(directory, { recursive: true });
  });

  it('is rolled back automatically after its trials', async () => {
    await machine.read(MOUNT);
    await machine.read('k3s ctr images import /run/upgrade/haos-oci-amd64.tar', 600);
    const put = `printf 'haos:\\n  upgrade:\\n    version: ${BROKEN}\\n' | haos config put 50-version.yaml --apply`;
    await machine.read(put);
    // The upgrade, then two trials.
    for (const seconds of [1200, 1500, 1500]) {
      await machine.ended(seconds);
      await start();
    }
    await machine.logIn(PASSWORD);
    await waitUntilReady(machine, 'server');

    const shown = JSON.parse(await machine.read('haos status --format json || true'));
    expect(shown.version).toBe(OLD);
  });

  it('uncordons the node', async () => {
    await retry(
      machine,
      '[ -z "$(kubectl get node server --output jsonpath={.spec.unschedulable})" ]',
      READY_LIMIT,
    );

    expect((await getObject(machine, 'node server')).metadata.labels).toMatchObject({
      'haos.io/version': OLD,
    });
  });

  it('refuses that version from then on', async () => {
    await machine.read(MOUNT);

    const { status, output } = await machine.run(`${UPGRADE} 2>/dev/null`, 600);

    expect(status).toBe(5);
    const { checks } = JSON.parse(output);
    expect(checks.find(({ id }: { id: string }) => id === 'failed')).toMatchObject({ ok: false });
  });
});
