import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyManifests,
  busyboxPod,
  kubectl,
  retry,
  waitForPod,
  waitUntilReady,
} from '../kubernetes/cluster.js';
import { packImages, prepareKubernetes } from '../kubernetes/haos-image.js';
import { isoArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { ROOT } from './paths.js';
import { waitForRuntime } from './status.js';

const SECRET = 'sesame-open $HOME * "now"';

/** Values that a shell would change. */
const SCHEDULE = '0 */6 * * *';

const CONFIG = `
hostname: live
boot_cmd:
  - mkdir -p /var/lib/rancher/k3s/agent/images
  - mount -t squashfs -o ro /dev/vda /var/lib/rancher/k3s/agent/images
haos:
  labels: { place: cellar }
  environment:
    AWS_SECRET_ACCESS_KEY: '${SECRET}'
  k3s_args:
    - server
    - --disable=traefik,metrics-server,coredns,local-storage
    - --etcd-snapshot-schedule-cron=${SCHEDULE}
    - --kubelet-arg=max-pods=42
`;

/** Bytes that a container may use. */
const MEMORY = 33_554_432;

describe('Kubernetes on a live system', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-kubernetes-'));
  let machine: Machine;

  beforeAll(async () => {
    const { haos, images } = prepareKubernetes();
    const config = join(directory, 'config.yaml');
    writeFileSync(config, CONFIG);
    const iso = join(directory, 'live.iso');
    const remaster = [join(ROOT, 'os/src/remaster.ts'), haos.iso, iso, '--config', config];
    execFileSync(join(ROOT, 'node_modules/.bin/tsx'), [...remaster, '--cmdline', 'haos.mode=live']);
    const disk = packImages(directory, [images]);
    const args = [...isoArguments(iso), '-drive', `file=${disk},format=raw,if=virtio,readonly=on`];
    machine = await startMachine({ name: 'kubernetes-live', args, memory: 3072 });
    await machine.logIn();
    await waitUntilReady(machine, 'live');
  });

  afterAll(async () => {
    await machine?.stop();
    rmSync(directory, { recursive: true });
  });

  it('has a Ready node with the configured label, and reports it', async () => {
    await waitForRuntime(machine);
    const labels = await kubectl(machine, 'get node live --output jsonpath={.metadata.labels}');

    expect(JSON.parse(labels)).toMatchObject({ place: 'cellar', 'haos.io/mode': 'live' });
    expect(await retry(machine, 'haos status', 900)).toMatch(/^kubernetes: +Ready \(server, /m);
  });

  it('lets the logged-in user query Kubernetes', async () => {
    expect(await machine.read('su - rancher -c "kubectl get nodes"')).toMatch(/^live +Ready/m);
  });

  it('passes arguments to k3s unchanged, and no secret on its command line', async () => {
    const pid = await machine.read('cat /run/openrc/options/k3s-service/child_pid');
    const file = '/etc/rancher/k3s/config.yaml.d/50-haos.yaml';

    expect(load(await machine.read(`cat ${file}`))).toMatchObject({
      'etcd-snapshot-schedule-cron': SCHEDULE,
    });
    expect(await machine.read(`stat -c %a ${file}`)).toBe('600');
    expect(await machine.read(`tr '\\0' ' ' </proc/${pid}/cmdline`)).not.toMatch(/sesame|\*/);
    expect(await machine.read(`tr '\\0' '\\n' </proc/${pid}/environ`)).toContain(
      `AWS_SECRET_ACCESS_KEY=${SECRET}\n`,
    );
    const { kubeletconfig } = JSON.parse(
      await kubectl(machine, 'get --raw /api/v1/nodes/live/proxy/configz'),
    );
    expect(kubeletconfig.maxPods).toBe(42);
  });

  it('runs pods: layers, a network, AppArmor, seccomp, a memory limit', async () => {
    const profile = { seccompProfile: { type: 'RuntimeDefault' } };
    const limits = { resources: { limits: { memory: String(MEMORY) } } };
    await applyManifests(
      machine,
      busyboxPod('web', ['httpd', '-f', '-p', '80', '-h', '/etc'], { securityContext: profile }),
      busyboxPod('hungry', ['tail', '/dev/zero'], { restartPolicy: 'Never' }, limits),
    );
    const address = await waitForPod(machine, 'web');

    expect(await retry(machine, `wget -q -O - http://${address}/hostname`, 900)).toBe('web');
    const look = 'head -n 1 /proc/mounts; cat /proc/self/attr/current; grep ^Seccomp: /proc/self/status';
    const lines = (await kubectl(machine, `exec web -- sh -c '${look.replace('head -n 1', 'cat')}'`)).split(
      '\n',
    );
    expect(lines[0]).toMatch(/^overlay \/ overlay .*upperdir=\/var\/lib\/rancher\/k3s\//);
    expect(lines.slice(-2)).toEqual([expect.stringMatching(/ \(enforce\)$/), 'Seccomp:\t2']);
    const reason = '{.status.containerStatuses[0].state.terminated.reason}';
    await retry(machine, `kubectl get pod hungry --output jsonpath=${reason} | grep OOMKilled`, 900);
  });

  it('answers on a port of the node', async () => {
    await kubectl(machine, 'expose pod web --type NodePort --port 80');
    const port = await kubectl(machine, 'get service web --output jsonpath={.spec.ports[0].nodePort}');

    expect(await retry(machine, `wget -q -O - http://10.0.2.15:${port}/hostname`, 900)).toBe('web');
  });
});
