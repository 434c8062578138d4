import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyManifests,
  busyboxPod,
  getObject,
  retry,
  waitForPod,
  waitUntilReady,
} from '../kubernetes/cluster.js';
import { makeBaseImages } from '../kubernetes/container-images.js';
import { packImages } from '../kubernetes/haos-image.js';
import { findArm64K3s } from '../kubernetes/k3s.js';
import { buildStep } from '../vm/build-step.js';
import { ARM64_EFI, NETWORK } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { ROOT } from '../vm/paths.js';
import { waitForRuntime } from '../vm/status.js';

const CONFIG = `
hostname: arm
boot_cmd:
  - mkdir -p /var/lib/rancher/k3s/agent/images
  - mount -t squashfs -o ro /dev/vda /var/lib/rancher/k3s/agent/images
haos:
  labels: { place: cellar }
  k3s_args: [server, "--disable=traefik,metrics-server,coredns,local-storage"]
`;

/** Seconds for each step: this machine emulates another processor. */
const SLOW = 2700;

describe('Kubernetes on a live system for arm64, from a disc', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-kubernetes-'));
  let machine: Machine;

  beforeAll(async () => {
    const k3s = await findArm64K3s();
    const busybox = join(buildStep('userland', 'arm64'), 'tree/usr/bin/busybox');
    const image = join(buildStep('iso', 'arm64', ['--k3s', k3s.path]), 'haos.iso');
    const [config, iso] = [join(directory, 'config.yaml'), join(directory, 'live.iso')];
    writeFileSync(config, CONFIG);
    const remaster = [join(ROOT, 'os/src/remaster.ts'), image, iso, '--config', config];
    execFileSync(join(ROOT, 'node_modules/.bin/tsx'), [...remaster, '--cmdline', 'haos.mode=live']);
    const images = packImages(directory, [makeBaseImages(busybox, 'arm64')]);
    const args = [
      ...ARM64_EFI,
      ...['-drive', `file=${iso},format=raw,if=none,id=disc,media=cdrom,readonly=on`],
      ...['-device', 'virtio-scsi-pci', '-device', 'scsi-cd,drive=disc'],
      ...['-drive', `file=${images},format=raw,if=virtio,readonly=on`],
      ...NETWORK,
    ];
    machine = await startMachine({ name: 'arm64-kubernetes', architecture: 'arm64', args, memory: 3072 });
    await machine.logIn(SLOW);
    await waitUntilReady(machine, 'arm', SLOW);
  }, 9_000_000);

  afterAll(async () => {
    await machine?.stop();
    rmSync(directory, { recursive: true });
  }, 120_000);

  it('runs live from the disc', async () => {
    expect(await machine.read('cat /run/haos/mode; uname -m')).toBe('live\naarch64');
    expect(await machine.read('findmnt -no SOURCE,FSTYPE /.base')).toBe('/dev/sr0 iso9660');
  });

  it('has a Ready node for arm64, with the configured label, and reports it', async () => {
    await waitForRuntime(machine, SLOW);
    const { metadata, status } = await getObject(machine, 'node arm');

    expect(metadata.labels).toMatchObject({
      place: 'cellar',
      'haos.io/mode': 'live',
      'kubernetes.io/arch': 'arm64',
    });
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    expect(await retry(machine, 'haos status', SLOW)).toMatch(/^kubernetes: +Ready \(server, /m);
  }, 6_000_000);

  it('runs a pod: layers, a network, seccomp', async () => {
    const securityContext = { seccompProfile: { type: 'RuntimeDefault' } };
    const serve = ['httpd', '-f', '-p', '80', '-h', '/etc'];
    await applyManifests(machine, busyboxPod('web', serve, { securityContext }));
    const address = await waitForPod(machine, 'web', SLOW);

    expect(await retry(machine, `wget -q -O - http://${address}/hostname`, 300)).toBe('web');
    const read = 'kubectl exec web -- grep ^Seccomp: /proc/self/status';
    expect(await retry(machine, read, 300)).toBe('Seccomp:\t2');
  }, 6_000_000);
});
