import { expect } from 'vitest';
import { CONTAINER_IMAGE } from './container-disk.js';
import type { Machine } from './machine.js';

const ENVIRONMENT = 'PATH=/run/containers/bin:$PATH LD_LIBRARY_PATH=/run/containers/lib';

const NETWORK = {
  cniVersion: '1.0.0',
  name: 'test',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.88.0.0/24' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};

/** Bytes that a container may use. */
const MEMORY = 33_554_432;

/**
 * Starts containers as k3s does: in layers, on a bridge, with a limit, and with the kernel's
 * restrictions.
 */
const OPTIONS = `--rm --cni --snapshotter overlayfs --memory-limit ${MEMORY} --seccomp --apparmor-default-profile test-default`;

/** Returns arguments of a machine with the disk of `makeContainerDisk`, read-only. */
export function containerDiskArguments(disk: string): string[] {
  return ['-drive', `file=${disk},format=raw,if=virtio,readonly=on`];
}

/** Starts the container runtime from its disk, and imports the container image. */
export async function startContainerd(machine: Machine): Promise<void> {
  await machine.read('mkdir -p /run/containers && mount -t ext4 -o ro LABEL=CONTAINERS /run/containers');
  await machine.read('mkdir -p /opt/cni /etc/cni/net.d && ln -sfn /run/containers/cni /opt/cni/bin');
  await machine.read(`echo '${JSON.stringify(NETWORK)}' >/etc/cni/net.d/10-test.conflist`);
  await machine.read("echo 'version = 2' >/run/containerd.toml");
  await machine.read(`${ENVIRONMENT} containerd --config /run/containerd.toml >/run/containerd.log 2>&1 &`);
  await machine.read(`until ${ENVIRONMENT} ctr version >/dev/null 2>&1; do sleep 1; done`);
  await machine.read(`${ENVIRONMENT} ctr image import /run/containers/image.tar`);
}

/** Fails unless containers run, with what the node gives them and what it denies them. */
export async function expectContainers(machine: Machine): Promise<void> {
  const run = (command: string) =>
    machine.run(`${ENVIRONMENT} ctr run ${OPTIONS} ${CONTAINER_IMAGE} test /bin/sh -c '${command}'`);
  const look = [
    'mount | head -n 1',
    'ip -o -4 address show dev eth0',
    'until ping -c 1 -W 5 10.0.2.2 >/dev/null; do :; done',
    'cat /proc/self/attr/current',
    'grep ^Seccomp: /proc/self/status',
  ].join('; ');

  const { status, output } = await run(look);
  expect(status, output).toBe(0);
  const lines = output.split('\n');
  expect(lines[0]).toMatch(/^overlay on \/ .*upperdir=\/var\/lib\/containerd\//);
  expect(lines[1]).toMatch(/inet 10\.88\.0\./);
  expect(lines.slice(2)).toEqual(['test-default (enforce)', 'Seccomp:\t2']);
  expect(await run('tail /dev/zero')).toMatchObject({ status: 137 });
  expect(await machine.read('dmesg | grep oom-kill')).toMatch(/CONSTRAINT_MEMCG.*oom_memcg=\/default\/test/);
}
