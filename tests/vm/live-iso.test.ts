import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditDiskArguments, makeAuditDisk, mountAuditTools, runSshAudit, scanPorts } from './audit-tools.js';
import { makeContainerDisk } from './container-disk.js';
import { containerDiskArguments, expectContainers, startContainerd } from './containers.js';
import { isoArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { ROOT } from './paths.js';
import { readStatus, waitForRuntime } from './status.js';

interface ExamplePlan {
  stringData: { 'config.yaml': string };
  spec: { secrets: { path: string }[]; upgrade: { command: string[] } };
}

/** Reads the command of the shipped example, the path of its Secret, and the content of that. */
function readExamplePlan(): { command: string[]; secret: string; config: string } {
  const path = join(ROOT, 'os/overlay/rootfs/usr/share/haos/manifests/haos-config.yaml.example');
  const [delivered, plan] = loadAll(readFileSync(path, 'utf8')) as unknown as [ExamplePlan, ExamplePlan];
  const { secrets, upgrade } = plan.spec;
  return {
    command: upgrade.command,
    secret: secrets[0]?.path ?? '',
    config: delivered.stringData['config.yaml'],
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Services with a user of their own, which run on every node. */
const LIMITED = ['connmand', 'wpa_supplicant', 'syslogd', 'klogd', 'dbus-daemon'];

describe('live, from the ISO', () => {
  let machine: Machine;

  beforeAll(async () => {
    const containers = containerDiskArguments(await makeContainerDisk());
    const tools = auditDiskArguments(await makeAuditDisk());
    machine = await startMachine({ name: 'live-iso', args: [...isoArguments(), ...containers, ...tools] });
    await machine.expect(/HAOS: rescue shell/, 600);
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(() => machine.stop());

  it('is in mode live, and no phase had a failure', async () => {
    const { mode, phases } = await readStatus(machine);

    expect(mode).toBe('live');
    expect(phases).toMatchObject([
      { phase: 'boot', state: 'done', exitStatus: 0 },
      { phase: 'runtime', state: 'done', exitStatus: 0 },
    ]);
  });

  it('shows its version and state on the console', () => {
    expect(machine.console()).toMatch(/HAOS v\d+\.\d+\.\d+ on haos-\d+/);
    expect(machine.console()).toMatch(/Log in as rancher/);
    expect(machine.console()).toMatch(/HAOS v\S+, mode live, /);
    expect(machine.console()).not.toMatch(/127\.0\.1\.1/);
  });

  it('shows its current address above an unused prompt, and follows a change', async () => {
    // The screen, where nothing was typed at the prompt.
    const shows = (text: string) =>
      machine.read(`until fold -w 80 /dev/vcs1 | grep -F '${text}'; do sleep 1; done`);

    expect(await shows('Addresses: 10.0.2.15 (eth0)')).not.toBe('');
    await machine.read('ip address add 192.0.2.1/24 dev eth0');
    expect(await shows('Addresses: 10.0.2.15 (eth0), 192.0.2.1 (eth0)')).not.toBe('');
    await machine.read('ip address del 192.0.2.1/24 dev eth0');
    await machine.read('until ! grep -F 192.0.2.1 /etc/issue.d/haos.issue; do sleep 1; done');
  });

  it('is healthy, and reports it on one screen', async () => {
    await machine.read('until haos status >/dev/null; do sleep 2; done', 900);
    const { status, output } = await machine.run('haos status --format json');

    expect(status, output).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      isHealthy: true,
      problems: [],
      mode: 'live',
      addresses: [{ interface: 'eth0', address: '10.0.2.15' }],
      configuration: { state: 'done', issues: [] },
      kubernetes: { state: 'ready', role: 'server' },
    });
  });

  it('reports that k3s does not run', async () => {
    await machine.read('rc-service k3s-service stop');

    expect(await machine.run('haos status')).toMatchObject({
      status: 1,
      output: expect.stringMatching(/^kubernetes: +k3s does not run/m),
    });
    await machine.read('rc-service k3s-service start');
  });

  it('reports an unknown key of the configuration', async () => {
    const config = '/var/lib/rancher/HAOS/config.d/misspelt.yaml';
    await machine.read(`printf 'hostnme: a\n' >${config} && haos config --quiet`);
    await machine.read('/usr/lib/haos/boot/banner');

    expect(await machine.read('cat /etc/issue.d/haos.issue')).toMatch(/^Configuration: 1 warning\./m);
    expect((await machine.run('haos status')).output).toMatch(
      /misspelt\.yaml:1:1: warning: unknown key hostnme \[unknown-key\]/,
    );
    await machine.read(`rm ${config} && haos config --quiet && /usr/lib/haos/boot/banner`);
    expect(await machine.run('grep Configuration /etc/issue.d/haos.issue')).toMatchObject({ status: 1 });
  });

  it.each(['haos', 'k3s', 'kubectl', 'ping', 'wget', 'nc', 'ifconfig', 'vi', 'less', 'traceroute', 'top'])(
    'has the program %s in the path of a user',
    async (program) => {
      expect(await machine.read(`su - rancher -c 'command -v ${program}'`)).toMatch(/^\//);
    },
  );

  it('lets all users ping', async () => {
    expect(await machine.read("su - rancher -c 'ping -c 1 -W 5 127.0.0.1'")).toMatch(/ 0% packet loss/);
  });

  it.each(['/etc', '/home', '/var', '/opt', '/usr/local'])('can write below %s', async (path) => {
    expect(await machine.run(`touch ${path}/probe && rm ${path}/probe`)).toMatchObject({ status: 0 });
  });

  it.each(['/usr', '/haos/system', '/usr/lib/modules'])('cannot write below %s', async (path) => {
    const { status, output } = await machine.run(`touch ${path}/probe`);

    expect(status).not.toBe(0);
    expect(output).toMatch(/Read-only file system/);
  });

  it('has the components in their places', async () => {
    expect(await machine.read('readlink /usr/local /HAOS /usr/sbin/k3s /run/haos/k3s')).toMatch(
      // The version that the program prints, and the digest of the program.
      /^\/var\/local\nhaos\n\/run\/haos\/k3s\n\/haos\/system\/k3s\/v1\.36\.4\+k3s1\.g[0-9a-f]{8}\/k3s$/,
    );
    const version = await machine.read('cat /usr/lib/haos/version');
    expect(await machine.read('readlink /haos/system/haos/current')).toBe(version);
    expect(await machine.read('readlink /haos/system/kernel/current')).toBe(
      `${await machine.read('uname -r')}-${version}`,
    );
  });

  it('has its program under its documented names, and a link named like a command is that command', async () => {
    expect(await machine.read('HAOS --version')).toBe(await machine.read('haos --version'));
    await machine.read('ln -s /usr/sbin/haos /run/config');
    expect(await machine.read('/run/config status --help')).toMatch(/Usage: haos config status/);
  });

  it('completes its commands in bash, and has manual pages for them', async () => {
    const directory = '/usr/share/bash-completion/completions';
    expect(await machine.read(`bash -c '. ${directory}/HAOS && complete -p haos HAOS'`)).toBe(
      'complete -F _haos haos\ncomplete -F _haos HAOS',
    );
    expect(await machine.read(`ls ${directory}/sudo /etc/profile.d/bash_completion.sh`)).not.toBe('');
    expect(await machine.read('man haos config validate | cat')).toMatch(/HAOS-CONFIG-VALIDATE\(1\)/);
    expect(await machine.run('man ls')).toMatchObject({ status: 16 });
  });

  it('contains the licences of its parts', async () => {
    expect(await machine.read('grep -c "^undici \\|^Node$" /usr/share/doc/haos/copyright')).toBe('2');
    expect(await machine.read('ls /usr/share/doc/openrc')).toBe('copyright');
    expect(await machine.read('ls /usr/lib/firmware/licenses')).toContain('linux-image');
  });

  it.each(['udev', 'dbus', 'connman', 'syslog', 'sshd', 'iscsid', 'cron', 'ccapply', 'k3s-service'])(
    'has the service %s started',
    async (service) => {
      expect(await machine.run(`rc-service ${service} status`)).toMatchObject({ status: 0 });
    },
  );

  it('has no service that crashed', async () => {
    expect(await machine.run('rc-status --crashed')).toMatchObject({ output: '' });
  });

  it('allows a login with a key of the configuration, and in no other way', async () => {
    const ssh = 'ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR';
    await machine.read('ssh-keygen -q -t ed25519 -N "" -f /root/key');

    expect(await machine.run(`${ssh} -i /root/key rancher@127.0.0.1 true`)).toMatchObject({
      status: 255,
      output: expect.stringMatching(/Permission denied \(publickey\)/),
    });

    const config = '/var/lib/rancher/HAOS/config.d/keys.yaml';
    await machine.read(
      `(umask 077 && printf 'ssh_authorized_keys: ["%s"]\\n' "$(cat /root/key.pub)" >${config})`,
    );
    await machine.read('haos config --quiet');
    expect(await machine.read(`${ssh} -i /root/key rancher@127.0.0.1 'id -un; sudo id -un'`)).toBe(
      'rancher\nroot',
    );
    // A program gets no login message.
    const programs = `${ssh} -i /root/key rancher@127.0.0.1 'command -v haos; sudo sh -c "command -v haos"'`;
    expect(await machine.read(programs)).toBe('/usr/sbin/haos\n/usr/sbin/haos');
  });

  it('has a locked root, and rancher without a password only on the console', async () => {
    expect(await machine.read("sed -n 's/^\\(root\\|rancher\\):\\([^:]*\\):.*/\\1=\\2/p' /etc/shadow")).toBe(
      'root=*\nrancher=',
    );
    expect(await machine.read('sshd -T | grep -ix "permitemptypasswords no"')).not.toBe('');
  });

  it('has its own keys and names, none from the image', async () => {
    expect(await machine.run('ls /usr/share/haos/etc/ssh | grep host_')).toMatchObject({ output: '' });
    expect(await machine.read('cat /usr/share/haos/etc/machine-id /etc/machine-id 2>/dev/null | wc -l')).toBe(
      '1',
    );
    expect(await machine.read('readlink /etc/iscsi/initiatorname.iscsi')).toMatch(
      /^\/var\/lib\/rancher\/HAOS\//,
    );
  });

  it('has what k3s needs of its host', async () => {
    const { status, output } = await machine.run('haos check k3s');

    expect(output).not.toMatch(/^NO/m);
    expect(output).toMatch(/^ok {2}node-password:/m);
    expect(status).toBe(0);
  });

  it.each([
    ['vm.panic_on_oom', '0'],
    ['vm.overcommit_memory', '1'],
    ['kernel.panic', '10'],
    ['kernel.panic_on_oops', '1'],
    ['kernel.kptr_restrict', '2'],
    ['kernel.unprivileged_bpf_disabled', '2'],
    ['net.ipv4.ip_forward', '1'],
    ['net.bridge.bridge-nf-call-iptables', '1'],
    ['fs.file-max', '1048576'],
  ])('has the kernel setting %s at %s', async (key, value) => {
    expect(await machine.read(`sysctl -n ${key}`)).toBe(value);
  });

  it('names its interface eth0 and has an address', async () => {
    expect(await machine.read('ip -o -4 address show dev eth0 scope global')).toMatch(/inet 10\./);
    expect(await machine.read('cat /etc/resolv.conf')).toMatch(/^nameserver /m);
  });

  it('accepts a configuration from a pod, as the example of a Plan delivers it', async () => {
    const { command, secret, config } = readExamplePlan();
    await machine.read(`mkdir -p /run/pod/haos/system /run/pod/proc /run/pod/host /run/pod${secret}`);
    await machine.read(`printf %s ${quote(config)} >/run/pod${secret}/config.yaml`);
    // What the upgrade controller gives the job: the image, the node's root, the Secret, and the
    // processes of the node.
    const pod = [
      'mkdir -p /sys/fs/cgroup/pod && echo $$ >/sys/fs/cgroup/pod/cgroup.procs',
      'mount --bind /haos/system /run/pod/haos/system',
      'mount -t proc proc /run/pod/proc',
      'mount --rbind / /run/pod/host',
      `exec env -i PATH=/haos/system/haos/current /usr/sbin/chroot /run/pod ${command.map(quote).join(' ')}`,
    ];

    const { status, output } = await machine.run(`unshare --mount sh -c ${quote(pod.join('; '))}`);

    expect(status, output).toBe(0);
    expect(await machine.read('stat -c %a /var/lib/rancher/HAOS/config.d/50-cluster.yaml')).toBe('600');
    expect(await machine.read('cat /etc/connman/main.conf')).toMatch(
      /^FallbackTimeservers=time\.example\.com$/m,
    );
    // A restarted service must not end with the pod.
    const cgroup = 'until cat "/proc/$(pgrep -xn connmand)/cgroup" 2>/dev/null; do sleep 1; done';
    expect(await machine.read(cgroup)).toBe('0::/openrc.connman');
    expect(await machine.read('cat /sys/fs/cgroup/pod/cgroup.procs')).toBe('');
  });

  it('passes its own audit', async () => {
    const { output } = await machine.run('haos audit --format json');
    const { results } = JSON.parse(output) as { results: { id: string; status: string; found: string }[] };

    expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(results).toEqual(
      expect.arrayContaining(
        [
          ...['mounts.var', 'mounts.shm', 'files.setuid', 'network.sockets', 'services.syslog', 'ssh.macs'],
          ...LIMITED.map((program) => `services.rights-${program}`),
        ].map((id) => expect.objectContaining({ id, status: 'pass' })),
      ),
    );
  });

  it('logs what the kernel says, and nothing that its services may not do', async () => {
    const log = 'cat /var/log/syslogd/messages*';

    expect(await machine.read(`${log} | grep -c ' kern\\.[a-z]* kernel: '`)).not.toBe('0');
    expect(await machine.read(`${log} | grep -c ' connmand\\['`)).not.toBe('0');
    const lines = `${log} | grep -E ' (${LIMITED.join('|')})\\['`;
    expect(await machine.read(`${lines} | grep -Ei 'denied|permi|rejected' || :`)).toBe('');
  });

  it('lets volumes and layers keep what /var does not allow', async () => {
    const probe = (directory: string) =>
      machine.read(
        `cp /usr/bin/id ${directory}/probe && chmod 4755 ${directory}/probe && su rancher -c '${directory}/probe -u'; rm ${directory}/probe`,
      );

    await machine.read('mkdir -p /var/probe /var/lib/kubelet/probe && chmod 755 /var/lib/kubelet');
    expect(await probe('/var/probe')).toBe('1000');
    expect(await probe('/var/lib/kubelet/probe')).toBe('0');
  });

  it('has nothing that ssh-audit calls a failure or a warning', async () => {
    await mountAuditTools(machine);

    expect((await runSshAudit(machine)).findings).toEqual([]);
  });

  it('opens no ports to other machines but those of sshd and Kubernetes', async () => {
    const ports = await scanPorts(machine);

    expect(ports).toContain('22/tcp');
    expect(ports.filter((port) => !['22/tcp', '6443/tcp', '10250/tcp', '10256/tcp'].includes(port))).toEqual(
      [],
    );
  });

  it('runs containers in layers, with a network, a profile and a memory limit', async () => {
    await startContainerd(machine);

    await expectContainers(machine);
  });

  it('sets the clock by connman, which is not root', async () => {
    const property = 'dbus-send --system --print-reply --dest=net.connman / net.connman.Clock.SetProperty';
    const later = Number(await machine.read('date +%s')) + 3600;

    await machine.read(`${property} string:TimeUpdates variant:string:manual`);
    await machine.read(`${property} string:Time variant:uint64:${later}`);

    expect(Number(await machine.read('date +%s'))).toBeGreaterThanOrEqual(later);
  });

  it('powers off', async () => {
    machine.send('poweroff');
    await machine.ended(600);
  });
});
