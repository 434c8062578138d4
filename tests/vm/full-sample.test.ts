import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initrdWith, netbootArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { ROOT } from './paths.js';
import { type NodeStatus, type PhaseStatus, readStatus, waitForRuntime } from './status.js';

/**
 * A guest can reach the metadata service of the test machine's cloud; in another cloud it does not
 * query that one.
 */
const OTHER_CLOUD = ['-smbios', 'type=1,manufacturer=Hetzner'];

describe('the full sample configuration', () => {
  const sample = readFileSync(join(ROOT, 'tests/fixtures/seed/sample.yaml'), 'utf8');
  const initrd = initrdWith({ 'haos/system/config.yaml': sample });
  let machine: Machine;
  let phases: PhaseStatus[];
  let dataSources: NodeStatus['dataSources'];

  beforeAll(async () => {
    machine = await startMachine({
      name: 'full-sample',
      args: [...netbootArguments('haos.mode=live', initrd.path), ...OTHER_CLOUD],
    });
    await machine.logIn('rancher');
    await waitForRuntime(machine);
    ({ phases, dataSources } = await readStatus(machine));
  });

  afterAll(async () => {
    await machine.stop();
    initrd.remove();
  });

  it('is applied in three phases', () => {
    expect(phases.map(({ phase, state }) => `${phase} ${state}`)).toEqual([
      'initrd done',
      'boot done',
      'runtime done',
    ]);
  });

  it('fails only in what it cannot reach', () => {
    const failures = phases.flatMap(({ steps }) =>
      steps.flatMap(({ applier, failures: found }) => found.map(({ code }) => `${applier} ${code}`)),
    );
    expect(failures).toEqual([
      'boot-manifests HAOS_HTTP_FAILED',
      'ssh-authorized-keys-remote HAOS_SSH_FETCH_FAILED',
    ]);
  });

  it('continues without an answer of its data sources', () => {
    expect(dataSources).toMatchObject({
      state: 'done',
      sources: [
        { name: 'aws', status: 'skipped' },
        { name: 'cdrom', status: 'none' },
      ],
    });
  });

  it('sets the host name', async () => {
    expect(await machine.read('hostname; cat /etc/hostname')).toBe('myhost\nmyhost');
    expect(await machine.read('getent hosts myhost')).toMatch(/127\.0\.1\.1/);
  });

  it('runs the commands of each phase', async () => {
    expect(await machine.read('cat /run/haos/initrd.log')).toMatch(/hello, init command/);
    expect(await machine.read('cat /run/haos/boot.log')).toMatch(/hello, boot command/);
    expect(await machine.read('cat /run/haos/runtime.log')).toMatch(/hello, run command/);
  });

  it('writes the file, which the local service runs', async () => {
    expect(await machine.read('stat -c "%a %U" /etc/local.d/example.start')).toBe('755 root');
    await machine.read('until rc-service --quiet local status; do sleep 1; done');
    expect(machine.console()).toMatch(/hello, local service start/);
  });

  it.each([
    ['kernel.printk', '4\t4\t1\t7'],
    ['kernel.kptr_restrict', '1'],
  ])('sets %s', async (key, value) => {
    // The test itself silences the console, which is the first number.
    expect((await machine.read(`sysctl -n ${key}`)).replace(/^1\t4/, '4\t4')).toBe(value);
  });

  it('loads the module that this kernel has', async () => {
    expect(await machine.read('ls -d /sys/module/nvme')).toBe('/sys/module/nvme');
  });

  it('names the fallback servers for connman', async () => {
    const text = await machine.read('cat /etc/connman/main.conf');

    expect(text).toMatch(/^FallbackNameservers=8\.8\.8\.8,1\.1\.1\.1$/m);
    expect(text).toMatch(/^FallbackTimeservers=0\.us\.pool\.ntp\.org,1\.us\.pool\.ntp\.org$/m);
  });

  it('describes the wireless networks in a file for root only', async () => {
    const file = '/var/lib/connman/cloud-config.config';
    expect(await machine.read(`cat ${file}`)).toMatch(/Name=home\nPassphrase=mypassword/);
    expect(await machine.read(`stat -c %a ${file}`)).toBe('600');
  });

  it('writes the environment where sessions find it', async () => {
    expect(await machine.read('cat /etc/environment')).toMatch(/^http_proxy=.?http:\/\/myserver.?$/m);
  });

  it('keeps the key, and sshd runs', async () => {
    expect(await machine.read('grep -c "^ssh-rsa " /home/rancher/.ssh/authorized_keys')).toBe('1');
    expect(await machine.run('rc-service sshd status')).toMatchObject({ status: 0 });
  });

  it('starts k3s as configured, with its secrets in the environment only', async () => {
    expect(await machine.read('cat /run/k3s-stand-in/arguments')).toBe('server');
    const settings = '/etc/rancher/k3s/config.yaml.d/50-haos.yaml';
    expect(await machine.read(`stat -c %a ${settings}`)).toBe('600');
    const lines = (await machine.read(`cat ${settings}`)).split('\n').map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        'disable-agent: true',
        ...['- "region=us-west-1"', '- "somekey=somevalue"', '- "haos.io/mode=live"'],
        ...['- "key1=value1:NoSchedule"', '- "key1=value1:NoExecute"'],
      ]),
    );
    const environment = await machine.read('cat /run/k3s-stand-in/environment');
    expect(environment).toMatch(/^K3S_(TOKEN|CLUSTER_SECRET)=TOKEN_VALUE$/m);
    expect(environment).toMatch(/^K3S_URL=https:\/\/someserver:6443$/m);
    expect(environment).toMatch(/^http_proxy=http:\/\/myserver$/m);
    // A process that ends meanwhile makes grep fail, so the output counts: only the file for k3s
    // contains the token.
    const places = '/proc/[0-9]*/cmdline /var/log /run/haos /etc/rancher/k3s';
    expect(await machine.read(`grep -rsl TOKEN_VALU[E] ${places}; true`)).toBe(
      '/etc/rancher/k3s/k3s-service.env',
    );
  });
});
