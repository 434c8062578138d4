import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const overlay = fileURLToPath(new URL('../overlay/', import.meta.url));
const inInitrd = `${overlay}initrd/lib/haos/`;
const inRoot = `${overlay}rootfs/usr/lib/haos/boot/`;
const services = `${overlay}rootfs/etc/init.d/`;

const scripts = [
  `${overlay}initrd/init`,
  `${overlay}launcher/haos`,
  `${overlay}rootfs/usr/bin/kubectl`,
  `${overlay}rootfs/usr/bin/kubectl-haos`,
  `${overlay}rootfs/usr/lib/haos/addresses`,
  `${overlay}rootfs/usr/lib/haos/login-message`,
  `${overlay}rootfs/usr/sbin/shutdown`,
  `${overlay}rootfs/etc/profile.d/haos.sh`,
  `${overlay}rootfs/etc/profile.d/k3s.sh`,
  ...[inInitrd, inRoot, services].flatMap((directory) =>
    readdirSync(directory).map((name) => directory + name),
  ),
];

/**
 * Runs shell code after the named scripts, with the given kernel command line; time does not pass.
 */
function run(sources: readonly string[], { cmdline, script }: { cmdline: string; script: string }) {
  const stubs = 'cat() { echo "$CMDLINE"; }; sleep() { :; }; load_for_devices() { :; }; set -f';
  const code = [...sources.map((path) => `. ${path}`), stubs, script].join('\n');
  const { stdout, status } = spawnSync('sh', ['-c', code], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, CMDLINE: cmdline },
  });
  return { output: stdout.trim(), status };
}

describe('the boot scripts', () => {
  it.each(scripts)('%s is valid shell', (path) => {
    execFileSync('sh', ['-n', path]);
  });

  it.each(scripts)('%s begins with a comment on its purpose', (path) => {
    expect(readFileSync(path, 'utf8')).toMatch(/^# [A-Z/].{20}|^description="/m);
  });
});

describe('a state partition', () => {
  let disk: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'haos-disk-'));
  });
  afterEach(() => rmSync(disk, { recursive: true }));

  /** Makes a directory as in /sys for a disk whose partitions begin at these sectors. */
  function isLast(partition: string, starts: Readonly<Record<string, number>>): boolean {
    for (const [name, start] of Object.entries(starts)) {
      mkdirSync(join(disk, name));
      writeFileSync(join(disk, name, 'start'), `${start}\n`);
    }
    const code = `. ${inRoot}mounts.sh; is_last ${join(disk, partition)}`;
    return spawnSync('sh', ['-c', code]).status === 0;
  }

  it.each([
    ['grows', 'vda3', { vda1: 2048, vda2: 4096, vda3: 536576 }],
    ['grows, whatever its number', 'vda1', { vda1: 536576, vda14: 2048, vda15: 10240 }],
  ])('%s if it is the last on its disk', (_title, partition, starts) => {
    expect(isLast(partition, starts)).toBe(true);
  });

  it('does not grow towards another partition', () => {
    expect(isLast('vda1', { vda1: 2048, vda2: 8390656 })).toBe(false);
  });
});

describe('an argument of the kernel', () => {
  const ask = (cmdline: string, script: string) => run([`${inRoot}common.sh`], { cmdline, script });

  it('is the last of its name, as for the kernel itself', () => {
    expect(ask('haos.mode=live quiet haos.mode=disk', 'argument haos.mode').output).toBe('disk');
  });

  it('is missing if only the beginning of its name matches', () => {
    expect(ask('haos.modes=live haos.mod=x', 'argument haos.mode').status).not.toBe(0);
  });

  it('may contain an equals sign, and is never expanded to file names', () => {
    expect(ask('haos.state=UUID=1-2 /*', 'argument haos.state; has_word "/*" && echo yes').output).toBe(
      'UUID=1-2\nyes',
    );
  });

  it.each([
    ['haos.debug', true],
    ['haos.debug=true', true],
    ['haos.debug=false', false],
    ['haos.install.debug', false],
  ])('%s asks for each step: %s', (cmdline, wanted) => {
    expect(ask(cmdline, 'is_debug').status === 0).toBe(wanted);
  });
});

describe('the mode', () => {
  interface Case {
    cmdline: string;
    /** Seconds until a state partition appears. */
    state?: number;
    image?: boolean;
    mode: string | undefined;
    /** What decided it. */
    from?: string;
  }

  function choose({ cmdline, state, image = false }: Case) {
    const script = `
      find_state() { [ "\${waited:-0}" -ge "${state ?? 999}" ]; }
      has_image() { ${image}; }
      choose_mode && echo "$mode $mode_from"`;
    return run([`${inRoot}common.sh`, `${inInitrd}mode.sh`], { cmdline, script });
  }

  it.each<[string, Case]>([
    ['is what haos.mode says', { cmdline: 'haos.mode=install', state: 0, mode: 'install', from: 'argument' }],
    [
      'is shell for rescue, regardless of other arguments',
      { cmdline: 'haos.mode=live rescue', state: 0, mode: 'shell', from: 'argument' },
    ],
    ['is disk with a state partition', { cmdline: '', state: 0, image: true, mode: 'disk', from: 'state' }],
    ['is disk with a slow state partition', { cmdline: '', state: 29, mode: 'disk', from: 'state' }],
    ['is live with nothing but an image', { cmdline: '', image: true, mode: 'live', from: 'image' }],
    ['is undefined without any argument or device', { cmdline: '', mode: undefined }],
    ['is undefined for an unknown word', { cmdline: 'haos.mode=cloud', state: 0, mode: undefined }],
    [
      'falls back when there is no state partition',
      { cmdline: 'haos.fallback_mode=install', image: true, mode: 'install', from: 'fallback' },
    ],
    [
      'never falls back while a slow disk may come',
      { cmdline: 'haos.fallback_mode=install', state: 29, image: true, mode: 'disk', from: 'state' },
    ],
    ['never falls back to an unknown word', { cmdline: 'haos.fallback_mode=wipe', mode: undefined }],
  ])('%s', (_title, given) => {
    const { output, status } = choose(given);

    expect(status === 0 ? output : undefined).toBe(given.mode && `${given.mode} ${given.from}`);
  });
});

describe('a medium', () => {
  /** The file system on each device, and whether it holds HAOS. */
  const DEVICES = { '/dev/sda1': ['ext4', false], '/dev/sdb': ['vfat', true] } as const;

  /** Returns what is found, and which mounts were tried. */
  function search(script: string): { output: string; mounts: string[] } {
    const directory = mkdtempSync(join(tmpdir(), 'haos-medium-'));
    const log = join(directory, 'mounts');
    const can = Object.entries(DEVICES).map(([device, [type]]) => `*"-t ${type} "*" ${device} "*) ;;`);
    const has = Object.entries(DEVICES).filter(([, [, hasSystem]]) => hasSystem);
    const stubs = `
      mkdir() { :; }; umount() { echo "umount $1" >>${log}; }; find_device() { return 1; }
      sed() { echo /dev/loop0 ${Object.keys(DEVICES).join(' ')}; }
      mount() {
        echo "$*" >>${log}
        case " $* " in ${can.join(' ')} *) return 1 ;; esac
        eval "mounted=\\\${$(($# - 1))}"
      }
      has_system() { case \${mounted:-} in ${has.map(([device]) => device).join('|')}) ;; *) return 1 ;; esac; }`;
    const sources = [`${inRoot}common.sh`, `${inInitrd}devices.sh`, `${inInitrd}base.sh`];
    const { output } = run(sources, { cmdline: '', script: `WAIT=0${stubs}\n${script}` });
    const mounts = readFileSync(log, 'utf8').trim().split('\n');
    rmSync(directory, { recursive: true });
    return { output, mounts };
  }

  it('is found without writing to other disks', () => {
    const { output, mounts } = search('find_medium_by_content');

    expect(output).toBe('/dev/sdb');
    expect(mounts).toEqual([
      '-t iso9660 -o ro /dev/sda1 /probe',
      '-t vfat -o ro /dev/sda1 /probe',
      '-t squashfs -o ro /dev/sda1 /probe',
      '-t ext4 -o ro,noload /dev/sda1 /probe',
      'umount /probe',
      '-t iso9660 -o ro /dev/sdb /probe',
      '-t vfat -o ro /dev/sdb /probe',
      'umount /probe',
    ]);
  });

  it('is mounted in the same way', () => {
    const { output, mounts } = search('mount_medium /.base && echo "$device"');

    expect(output).toBe('/dev/sdb');
    expect(mounts.slice(-2)).toEqual(['-t iso9660 -o ro /dev/sdb /.base', '-t vfat -o ro /dev/sdb /.base']);
  });
});

describe('the initrd phase', () => {
  it.each([
    ['haos.mode=live', false],
    ['haos.debug', false],
    ['haos.trial', false],
    ['haos.install.device=/dev/vda', false],
    ['haos.fallback_mode=install', false],
    ['console=ttyS0', false],
    ['haos.sysctl[kernel.printk]=4', true],
    ['hostname=node1', true],
    ['init_cmd=true', true],
    ['writefiles.path=/etc/motd', true],
  ])('has to run for %s: %s', (word, wanted) => {
    const { status } = run([`${inRoot}root.sh`], { cmdline: '', script: `configures '${word}'` });

    expect(status === 0).toBe(wanted);
  });
});

describe('the home of rancher', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'haos-home-'));
    mkdirSync(join(root, 'etc/skel'), { recursive: true });
    mkdirSync(join(root, 'home'));
    for (const name of ['.profile', '.bashrc']) writeFileSync(join(root, 'etc/skel', name), `# ${name}\n`);
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0::/root:/bin/sh\nrancher:x:1234:1235:HAOS:/home/rancher:/bin/sh\n',
    );
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const home = () => join(root, 'home/rancher');

  /** Its owner as the script sees it, and what the script would give to whom. */
  function make(owner = ''): string {
    const log = join(root, 'log');
    const stubs = `
      stat() { [ -d ${home()} ] && echo ${owner || '0'}; }
      chown() { echo "$*" >>${log}; }
      cat() { command cat "$@"; }; sysroot=${root}`;
    run([`${inRoot}root.sh`], { cmdline: '', script: `${stubs}; make_home` });
    return existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
  }

  it('is made with the skeleton, and only rancher may read it', () => {
    expect(make()).toBe(`-Rh 1234:1235 ${home()}`);
    expect(readdirSync(home()).sort()).toEqual(['.bashrc', '.profile']);
    expect(statSync(home()).mode & 0o777).toBe(0o700);
  });

  it('is completed where a file made it as root, and keeps that file', () => {
    mkdirSync(home());
    writeFileSync(join(home(), '.profile'), 'mine\n');

    expect(make('0')).toBe(`-Rh 1234:1235 ${home()}`);
    expect(readFileSync(join(home(), '.profile'), 'utf8')).toBe('mine\n');
    expect(existsSync(join(home(), '.bashrc'))).toBe(true);
  });

  it("is left alone where it is the account's", () => {
    mkdirSync(home());

    expect(make('1234')).toBe('');
    expect(readdirSync(home())).toEqual([]);
  });

  it('is there before the phase of the initrd, which may write into it', () => {
    const text = readFileSync(`${inRoot}root.sh`, 'utf8');

    expect(text).toMatch(/fill_etc && make_home && /);
    expect(text.indexOf('make_home')).toBeLessThan(text.indexOf('config --initrd'));
  });
});

describe('the host keys of sshd', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'haos-sshd-'));
    mkdirSync(join(root, 'etc/ssh'), { recursive: true });
    mkdirSync(join(root, 'keys'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** What the service does before it starts, and the names in /etc/ssh. */
  function start(config = ''): string[] {
    writeFileSync(join(root, 'etc/ssh/sshd_config'), config);
    const text = readFileSync(`${services}sshd`, 'utf8')
      .replaceAll('/etc/ssh', `${root}/etc/ssh`)
      .replaceAll('/var/lib/rancher/HAOS/ssh', `${root}/keys`)
      .replaceAll('/usr/sbin/sshd', 'true');
    const stubs = `
      checkpath() { :; }
      keygen() { while [ "$1" != -f ]; do shift; done; echo private >"$2"; echo public >"$2.pub"; }`;
    const code = `${stubs}\n${text.replaceAll('ssh-keygen', 'keygen')}\nstart_pre`;
    expect(spawnSync('sh', ['-c', code], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    return readdirSync(join(root, 'etc/ssh')).filter((name) => name !== 'sshd_config');
  }

  const TYPES = ['ed25519'];
  const names = (types: readonly string[]) =>
    types.flatMap((type) => [`ssh_host_${type}_key`, `ssh_host_${type}_key.pub`]);

  it('are found at the default paths, at each boot the same', () => {
    expect(start('PermitRootLogin no\n')).toEqual(names(TYPES));
    const link = join(root, 'etc/ssh/ssh_host_ed25519_key');
    expect(readlinkSync(link)).toBe(join(root, 'keys/ssh_host_ed25519_key'));
    writeFileSync(join(root, 'keys/ssh_host_ed25519_key'), 'kept\n');

    rmSync(link);
    start();

    expect(readFileSync(link, 'utf8')).toBe('kept\n');
  });

  it.each([
    ['HostKey /etc/ssh/ssh_host_rsa_key', 'rsa'],
    ['  hostkey  /etc/ssh/ssh_host_rsa_key\n', 'rsa'],
    ['HostKey /etc/ssh/ssh_host_ecdsa_key', 'ecdsa'],
  ])('are of another type where sshd_config has %j, from then on', (line, type) => {
    expect(start(line)).toEqual(names([...TYPES, type].sort()));
    expect(start()).toEqual(names([...TYPES, type].sort()));
  });

  it('are those of the configuration where it brings its own', () => {
    writeFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key'), 'own\n');

    start();

    expect(readFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key'), 'utf8')).toBe('own\n');
    expect(lstatSync(join(root, 'etc/ssh/ssh_host_ed25519_key')).isFile()).toBe(true);
  });
});

describe('further disks', () => {
  function start(list: string | undefined, mount = 'true') {
    const directory = mkdtempSync(join(tmpdir(), 'haos-mounts-'));
    const file = join(directory, 'fstab');
    if (list !== undefined) writeFileSync(file, list);
    const text = readFileSync(`${services}mounts`, 'utf8')
      .replaceAll('/run/haos/fstab', file)
      .replaceAll('/usr/lib/haos/boot/arrays', 'echo arrays');
    const stubs = `
      ebegin() { :; }; eend() { return "$1"; }; ewarn() { echo "warning: $*"; }
      udevadm() { echo "udevadm $*"; }; mount() { echo "mount $*"; ${mount}; }`;
    const { stdout, status } = spawnSync('sh', ['-c', `${stubs}\n${text}\nstart`], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    return { lines: stdout.replaceAll(file, 'FSTAB').trim().split('\n'), status };
  }

  it('are mounted once their devices are known, those of the network later', () => {
    expect(start('LABEL=a /srv/a auto defaults 0 0\n')).toEqual({
      lines: ['udevadm settle --timeout=30', 'arrays', 'mount -a -T FSTAB -O no_netdev'],
      status: 0,
    });
  });

  it('keep nothing from starting when they are missing', () => {
    const { lines, status } = start('LABEL=a /srv/a auto defaults 0 0\n', 'return 32');

    expect(lines.at(-1)).toMatch(/^warning: .*haos status/);
    expect(status).toBe(0);
  });

  it('are not waited for where there are none', () => {
    expect(start(undefined).lines).toEqual(['']);
  });

  it('come before k3s', () => {
    expect(readFileSync(`${services}mounts`, 'utf8')).toMatch(/^\tbefore .*k3s-early/m);
  });
});

describe('an array that lacks a disk', () => {
  function start(mdstat?: string): string[] {
    const directory = mkdtempSync(join(tmpdir(), 'haos-arrays-'));
    const file = join(directory, 'mdstat');
    if (mdstat !== undefined) writeFileSync(file, mdstat);
    const script = readFileSync(`${overlay}rootfs/usr/lib/haos/boot/arrays`, 'utf8');
    const stubs = 'mdadm() { echo "mdadm $*"; }; udevadm() { echo "udevadm $*"; }';
    const { stdout } = spawnSync('sh', ['-c', `mdstat=${file}\n${stubs}\n${script}`], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    return stdout.split('\n').filter(Boolean);
  }

  it('is started', () => {
    expect(start('Personalities : [raid1]\nmd127 : inactive sdb[0](S)\n      101376 blocks\n')).toEqual([
      'mdadm --incremental --run --scan',
      'udevadm settle --timeout=10',
    ]);
  });

  it.each([
    ['all arrays run', 'Personalities : [raid1]\nmd127 : active raid1 sdb[0]\n      [2/1] [U_]\n'],
    ['there is none', 'Personalities : \nunused devices: <none>\n'],
    ['the kernel knows no arrays', undefined],
  ])('is not looked for where %s', (_title, mdstat) => {
    expect(start(mdstat)).toEqual([]);
  });
});

describe('the watch over arrays', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'haos-mdmonitor-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function start(mdstat?: string): string {
    if (mdstat !== undefined) writeFileSync(`${root}/mdstat`, mdstat);
    const text = readFileSync(`${services}mdmonitor`, 'utf8').replaceAll('/proc/mdstat', `${root}/mdstat`);
    const code = `default_start() { echo "$command $command_args"; }\n${text}\nstart`;
    const { stdout, status } = spawnSync('sh', ['-c', code], { encoding: 'utf8' });
    expect(status).toBe(0);
    return stdout.trim();
  }

  it.each([
    'md127 : active raid1 sdb[1] sda[0]\n',
    'md0 : active (auto-read-only) raid10 sdb[1] sda[0]\n',
    'md0 : active raid0 sdd[1] sdc[0]\nmd1 : active raid5 sdb[1] sda[0]\n',
  ])('starts for an array that can lose a disk: %j', (entry) => {
    expect(start(`Personalities : [raid1]\n${entry}`)).toMatch(/^\/usr\/sbin\/mdadm --monitor --scan /);
  });

  it.each([
    undefined,
    'Personalities : [raid1] [raid10] [raid5]\nunused devices: <none>\n',
    'Personalities : [raid0]\nmd0 : active raid0 sdb[1] sda[0]\n',
  ])('does not start for %j', (mdstat) => {
    expect(start(mdstat)).toBe('');
  });

  it.each([
    ['DegradedArray /dev/md/data', "warning: the array /dev/md/data lacks a disk; see 'sudo haos status'"],
    ['Fail /dev/md/data /dev/sdc', "warning: the array /dev/md/data lost /dev/sdc; see 'sudo haos status'"],
    ['Fail /dev/md/data', "warning: the array /dev/md/data lost a disk; see 'sudo haos status'"],
    ['SpareActive /dev/md/data /dev/sdc', 'the array /dev/md/data has /dev/sdc again'],
    ['NewArray /dev/md/data', ''],
    ['RebuildStarted /dev/md/data', ''],
    ['Rebuild20 /dev/md/data', ''],
  ])('says at %s: %s', (event, message) => {
    const text = readFileSync(`${inRoot}array-event`, 'utf8').replace(/^\. .*$/m, 'say() { echo "$*"; }');
    const { stdout, status } = spawnSync('sh', ['-c', text, 'array-event', ...event.split(' ')], {
      encoding: 'utf8',
    });

    expect({ message: stdout.trim(), status }).toEqual({ message, status: 0 });
  });
});

describe('the name of the iSCSI initiator', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'haos-iscsi-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function start(): string {
    const text = readFileSync(`${services}iscsid`, 'utf8')
      .replace(/^kept=.*$/m, `kept=${root}/kept`)
      .replaceAll('/etc/iscsi', `${root}/etc`)
      .replaceAll('/usr/sbin/iscsi-iname', 'echo iqn.made');
    const code = `modprobe() { :; }; checkpath() { :; }\n${text}\nstart_pre`;
    expect(spawnSync('sh', ['-c', code], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    return readFileSync(`${root}/etc/initiatorname.iscsi`, 'utf8');
  }

  it('is made once and kept', () => {
    expect(start()).toBe('InitiatorName=iqn.made\n');
    writeFileSync(`${root}/kept`, 'InitiatorName=iqn.kept\n');
    rmSync(`${root}/etc`, { recursive: true });

    expect(start()).toBe('InitiatorName=iqn.kept\n');
  });

  it('is that of the configuration where it brings its own', () => {
    mkdirSync(`${root}/etc`);
    writeFileSync(`${root}/etc/initiatorname.iscsi`, 'InitiatorName=iqn.own\n');

    expect(start()).toBe('InitiatorName=iqn.own\n');
  });
});

describe('what init starts', () => {
  let runlevels: string;
  beforeEach(() => {
    runlevels = mkdtempSync(join(tmpdir(), 'haos-runlevels-'));
    mkdirSync(join(runlevels, 'sysinit'));
  });
  afterEach(() => rmSync(runlevels, { recursive: true }));

  const enteredRunlevels = () => {
    const script = `runlevels=${runlevels}\nlogin_consoles() { :; }\nwrite_inittab`;
    const { output } = run([`${inRoot}inittab.sh`], { cmdline: '', script: `unset -f cat\n${script}` });
    return [...output.matchAll(/openrc --quiet (\w+)/g)].map(([, name]) => name);
  };

  it('is the runlevel boot first, and then the one with the rest', () => {
    expect(enteredRunlevels()).toEqual(['boot', 'default', 'shutdown']);
  });

  it('is the runlevel sysinit before these if the configuration added a service to it', () => {
    writeFileSync(join(runlevels, 'sysinit/own'), '');

    expect(enteredRunlevels()).toEqual(['sysinit', 'boot', 'default', 'shutdown']);
  });
});

describe('a guest agent', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'haos-agent-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Starts a service where its hypervisor would be seen at `place`; returns what it started. */
  function start(name: string): string {
    const text = readFileSync(`${services}${name}`, 'utf8').replace(
      /^(maker|channel)=.*$/m,
      `$1=${root}/place`,
    );
    const { stdout, status } = spawnSync(
      'sh',
      ['-c', `default_start() { echo "$command"; }\n${text}\nstart`],
      {
        encoding: 'utf8',
      },
    );
    expect(status).toBe(0);
    return stdout.trim();
  }

  it.each([
    ['open-vm-tools', '/usr/bin/vmtoolsd'],
    ['hv-kvp-daemon', '/usr/sbin/hv_kvp_daemon'],
    ['hv-vss-daemon', '/usr/sbin/hv_vss_daemon'],
    ['qemu-guest-agent', '/usr/sbin/qemu-ga'],
  ])('%s starts on its hypervisor, and nowhere else', (name, program) => {
    expect(start(name)).toBe('');
    writeFileSync(`${root}/place`, 'VMware, Inc.\n');

    expect(start(name)).toBe(program);
  });

  it.each(['QEMU\n', 'Microsoft Corporation\n', 'innotek GmbH\n', 'Not VMware\n', ''])(
    'of VMware does not start on a machine of %j',
    (maker) => {
      writeFileSync(`${root}/place`, maker);

      expect(start('open-vm-tools')).toBe('');
    },
  );
});

describe('shutdown', () => {
  function shutdown(...args: string[]) {
    const text = readFileSync(`${overlay}rootfs/usr/sbin/shutdown`, 'utf8').replace('exec ', 'echo ');
    const { stdout, status } = spawnSync('sh', ['-c', text, 'shutdown', ...args], { encoding: 'utf8' });
    return { action: stdout.trim(), status };
  }

  it.each([
    ['poweroff', ['-h', '-P', '+0', 'hypervisor initiated shutdown']], // qemu-ga
    ['reboot', ['-h', '-r', '+0', 'hypervisor initiated shutdown']],
    ['halt', ['-h', '-H', '+0', 'hypervisor initiated shutdown']],
    ['poweroff', ['-h', 'now']], // vmtoolsd
    ['reboot', ['-r', 'now']],
    ['poweroff', []],
    ['poweroff', ['now', 'work at -r 10:30']],
  ])('runs %s for %j', (action, args) => {
    expect(shutdown(...args)).toEqual({ action, status: 0 });
  });

  it.each([['-c'], ['-k', 'now'], ['+5'], ['-r', '23:00']])('refuses %s %s', (...args) => {
    expect(shutdown(...args.filter(Boolean))).toEqual({ action: '', status: 2 });
  });
});

describe('an interrupted upgrade', () => {
  let system: string;

  beforeEach(() => {
    system = mkdtempSync(join(tmpdir(), 'haos-intent-'));
    for (const version of ['haos/v1', 'haos/v2', 'kernel/6-v1', 'kernel/6-v2', 'k3s/k1'])
      mkdirSync(join(system, version), { recursive: true });
    // The state after a kill between moving the kernel's link and that of haos.
    link({
      'haos/current': 'v1',
      'haos/previous': 'v1',
      'kernel/current': '6-v2',
      'kernel/previous': '6-v1',
    });
    link({ 'k3s/current': 'k1', 'k3s/previous': 'k1' });
  });

  afterEach(() => rmSync(system, { recursive: true }));

  const INTENT = `haos-intent 1
slot current
haos v1 - v2 v1
k3s k1 - k1 k1
kernel 6-v1 - 6-v2 6-v1
end
`;
  const NAMES = ['haos/current', 'haos/previous', 'kernel/current', 'kernel/previous'];

  function link(links: Readonly<Record<string, string>>): void {
    for (const [path, target] of Object.entries(links)) {
      rmSync(join(system, path), { force: true });
      symlinkSync(target, join(system, path));
    }
  }

  /** Returns where the links lead after early boot, and whether the intent is gone. */
  function settle({ intent = INTENT, cmdline = 'haos.slot=current', release = 'other' } = {}): string[] {
    writeFileSync(join(system, 'intent'), intent);
    const commands = `debug() { :; }; sync() { :; }; uname() { echo ${release}; }`;
    const script = `${commands}; slot=$(argument haos.slot); settle_intent ${system}`;
    run([`${inRoot}common.sh`, `${inRoot}intent.sh`], { cmdline, script });
    expect(readdirSync(system)).toEqual(['haos', 'k3s', 'kernel']);
    expect(readdirSync(join(system, 'kernel')).filter((name) => name.endsWith('.new'))).toEqual([]);
    return NAMES.map((name) => {
      try {
        return readlinkSync(join(system, name));
      } catch {
        return '-';
      }
    });
  }

  it('is completed when its kernel runs', () => {
    expect(settle()).toEqual(['v2', 'v1', '6-v2', '6-v1']);
  });

  it('moves the links of one slot when those of the other are on the disk', () => {
    link({ 'haos/previous': 'v2' });
    writeFileSync(join(system, 'intent'), INTENT);
    const tell = `echo $(readlink ${system}/haos/previous) $(readlink ${system}/haos/current)`;
    const commands = `debug() { :; }; uname() { echo other; }; sync() { ${tell}; }`;
    const script = `${commands}; slot=current; settle_intent ${system}`;

    const { output } = run([`${inRoot}common.sh`, `${inRoot}intent.sh`], { cmdline: '', script });

    expect(output).toBe('v1 v1\nv1 v2\nv1 v2');
  });

  it('is undone when the kernel from before runs', () => {
    link({ 'kernel/current': '6-v1' });

    expect(settle()).toEqual(['v1', '-', '6-v1', '-']);
  });

  it('is undone when the boot loader still followed the link to a kernel from before', () => {
    const intent = INTENT.replaceAll('6-v2', '7-v2');
    mkdirSync(join(system, 'kernel/7-v2'));
    link({ 'kernel/current': '7-v2' });
    const cmdline = 'haos.slot=current haos.trial';

    expect(settle({ intent, cmdline, release: '6' })).toEqual(['v1', '-', '6-v1', '-']);
    link({ 'kernel/current': '7-v2' });
    expect(settle({ intent, cmdline, release: '7' })).toEqual(['v2', 'v1', '7-v2', '6-v1']);
  });

  it('does not confuse a release with one that begins with it', () => {
    const intent = INTENT.replaceAll('6-v1', '6.1.0-1-v1').replaceAll('6-v2', '6.1.0-10-v2');
    for (const version of ['6.1.0-1-v1', '6.1.0-10-v2']) mkdirSync(join(system, 'kernel', version));
    link({ 'kernel/current': '6.1.0-10-v2' });
    const cmdline = 'haos.slot=current haos.trial';

    expect(settle({ intent, cmdline, release: '6.1.0-1' })).toEqual(['v1', '-', '6.1.0-1-v1', '-']);
    link({ 'kernel/current': '6.1.0-10-v2' });
    expect(settle({ intent, cmdline, release: '6.1.0-10' })).toEqual([
      'v2',
      'v1',
      '6.1.0-10-v2',
      '6.1.0-1-v1',
    ]);
  });

  it('is decided by the trial when the kernel is the same on both sides', () => {
    const intent = INTENT.replaceAll('6-v2', '6-v1');
    link({ 'kernel/current': '6-v1' });

    expect(settle({ intent, cmdline: 'haos.slot=current haos.trial' })).toEqual(['v2', 'v1', '6-v1', '6-v1']);
    link({ 'haos/current': 'v1' });
    expect(settle({ intent })).toEqual(['v1', '-', '6-v1', '-']);
  });

  it('is undone if its new versions are missing', () => {
    rmSync(join(system, 'haos/v2'), { recursive: true });

    expect(settle({ cmdline: 'haos.slot=current haos.trial' })).toEqual(['v1', '-', '6-v1', '-']);
  });

  it.each([
    ['cut off', INTENT.replace('end\n', '')],
    ['of another kind', INTENT.replace('haos-intent 1', 'haos-intent 2')],
    ['without a component', INTENT.replace(/^k3s.*\n/m, '')],
    ['empty', ''],
  ])('changes no link when the file is %s', (_title, intent) => {
    expect(settle({ intent })).toEqual(['v1', 'v1', '6-v2', '6-v1']);
  });

  it('changes no link if neither side is complete', () => {
    for (const version of ['haos/v1', 'haos/v2']) rmSync(join(system, version), { recursive: true });

    expect(settle()).toEqual(['v1', 'v1', '6-v2', '6-v1']);
  });
});

describe('the set that early boot enters', () => {
  it('is recorded from the links of its slot', () => {
    const system = mkdtempSync(join(tmpdir(), 'haos-set-'));
    for (const version of ['haos/v1', 'kernel/6-v1']) mkdirSync(join(system, version), { recursive: true });
    symlinkSync('v1', join(system, 'haos/previous'));
    symlinkSync('/haos/system/kernel/6-v1', join(system, 'kernel/previous'));

    const { output } = run([`${inRoot}common.sh`], { cmdline: '', script: `name_set ${system} previous` });

    expect(output).toBe('v1/-/6-v1');
    rmSync(system, { recursive: true });
  });
});

describe('the way back to the Go implementation', () => {
  let system: string;

  beforeEach(() => {
    system = mkdtempSync(join(tmpdir(), 'haos-go-'));
    for (const [component, current, previous] of [
      ['haos', 'v1', 'g1'],
      ['k3s', 'k1', 'k0'],
      ['kernel', '6-v1', '5-generic'],
    ] as const) {
      for (const version of [current, previous])
        mkdirSync(join(system, component, version), { recursive: true });
      symlinkSync(current, join(system, component, 'current'));
      symlinkSync(previous, join(system, component, 'previous'));
    }
  });

  afterEach(() => rmSync(system, { recursive: true }));

  const SOURCES = ['common.sh', 'intent.sh', 'local.sh'].map((name) => inRoot + name);
  const SYNC = 'sync() { :; }; debug() { :; }';
  const currents = () => ['haos', 'k3s', 'kernel'].map((name) => readlinkSync(join(system, name, 'current')));

  it('makes it the current set, which its own boot follows', () => {
    run(SOURCES, { cmdline: '', script: `${SYNC}; return_to_go ${system}` });

    expect(currents()).toEqual(['g1', 'k0', '5-generic']);
    expect(readdirSync(system)).toEqual(['haos', 'k3s', 'kernel']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('is complete or undone after a power cut at rename %s', (moment) => {
    const cut = `left=${moment}; mv() { left=$((left - 1)); [ $left -gt 0 ] || exit 1; command mv "$@"; }`;
    run(SOURCES, { cmdline: '', script: `${SYNC}; ${cut}; return_to_go ${system}` });

    run(SOURCES, { cmdline: '', script: `${SYNC}; slot=current; settle_intent ${system}` });

    const isBefore = currents()[2] === '6-v1';
    expect(currents()).toEqual(isBefore ? ['v1', 'k1', '6-v1'] : ['g1', 'k0', '5-generic']);
    expect(readdirSync(system).filter((name) => name !== 'intent.new')).toEqual(['haos', 'k3s', 'kernel']);
  });
});

describe('the reset of the data', () => {
  let haos: string;

  beforeEach(() => {
    haos = mkdtempSync(join(tmpdir(), 'haos-reset-'));
    for (const directory of ['system', 'data/var/lib/rancher/HAOS', 'data/home/rancher'])
      mkdirSync(join(haos, directory), { recursive: true });
    for (const file of ['var/lib/rancher/HAOS/hostname', 'var/lib/big', 'home/rancher/mine'])
      writeFileSync(join(haos, 'data', file), file);
  });

  afterEach(() => rmSync(haos, { recursive: true }));

  const ask = (name: string) => writeFileSync(join(haos, 'system', name), '');

  /** Simulates one early boot; the power fails at the nth rename or sync. */
  function boot(cutAt = 0): string[] {
    const cut = `count=0; cut() { count=$((count + 1)); [ $count -ne ${cutAt} ] || exit 9; }`;
    const stubs = `say() { :; }; debug() { :; }; sync() { cut; }; mv() { cut; command mv "$@"; cut; }`;
    run([`${inInitrd}reset.sh`], { cmdline: '', script: `${cut}; ${stubs}; reset_data ${haos} ${haos}` });
    return readdirSync(haos, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(haos.length + 1))
      .sort();
  }

  const LOCAL = 'data/var/lib/rancher/HAOS/hostname';
  const ALL = ['data/home/rancher/mine', LOCAL, 'data/var/lib/big'].sort();

  it('does not happen without a request', () => {
    expect(boot()).toEqual(ALL);
  });

  it('removes everything once', () => {
    ask('factory-reset');

    expect(boot()).toEqual([]);
    expect(readdirSync(haos)).toEqual(['system']);
    mkdirSync(join(haos, 'data'));
    writeFileSync(join(haos, 'data/new'), '');
    expect(boot()).toEqual(['data/new']);
  });

  it('removes all but the local directory at each boot', () => {
    ask('ephemeral');

    for (const _boot of [1, 2]) {
      expect(boot()).toEqual([LOCAL, 'system/ephemeral']);
      writeFileSync(join(haos, 'data/var/lib/big'), '');
    }
  });

  it.each([1, 2, 3, 4, 5])('ends the same after a power cut at moment %s', (moment) => {
    ask('factory-reset');

    boot(moment);

    expect(boot()).toEqual([]);
    expect(readdirSync(haos)).toEqual(['system']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])(
    'keeps the local directory complete after a power cut at moment %s',
    (moment) => {
      ask('ephemeral');

      const left = boot(moment);

      expect(left.filter((path) => path.endsWith('HAOS/hostname'))).not.toEqual([]);
      expect(boot()).toEqual([LOCAL, 'system/ephemeral']);
      expect(readdirSync(haos)).toEqual(['data', 'system']);
    },
  );

  it('does not change the data if the identity cannot be kept', () => {
    ask('ephemeral');
    const script = `say() { :; }; debug() { :; }; sync() { :; }; cp() { return 1; }; reset_data ${haos} ${haos}`;

    run([`${inInitrd}reset.sh`], { cmdline: '', script });

    expect(readFileSync(join(haos, 'data/var/lib/big'), 'utf8')).toBe('var/lib/big');
    expect(readdirSync(haos)).toEqual(['data', 'system']);
  });
});

describe('k3s', () => {
  /** Runs the watch; each item is the process that it finds in that second, `-` means none. */
  const watch = (processes: readonly string[]) => {
    const looks = processes.map(
      (process, second) =>
        `find_k3s() { [ ${process} != - ] && echo ${process}; }; is_k3s_steady ${second} 3 && echo ${second}`,
    );
    return run([`${inRoot}k3s.sh`], { cmdline: '', script: looks.join('\n') }).output;
  };

  it.each([
    ['that stays up for the requested time', ['-', 'a', 'a', 'a', 'a', 'a'], '4\n5'],
    ['that keeps restarting', ['a', 'a', 'b', 'b', 'b', 'c', 'c'], ''],
    ['that ended meanwhile', ['a', 'a', 'a', '-', 'a', 'a', 'a', 'a'], '7'],
    ['that never starts', ['-', '-', '-', '-', '-'], ''],
  ])('%s is steady only from then on', (_title, processes, seconds) => {
    expect(watch(processes)).toBe(seconds);
  });

  it.each([
    ['haos.slot=current', '/haos/system/k3s/k2/k3s'],
    ['', '/haos/system/k3s/k2/k3s'],
    ['haos.slot=previous', '/haos/system/k3s/k1/k3s'],
  ])('is that of the set which "%s" boots', (cmdline, target) => {
    const script = `
      readlink() { case $1 in */previous) echo k1 ;; *) echo k2 ;; esac; }
      ln() { echo "$2"; }
      choose_k3s`;
    expect(run([`${inRoot}common.sh`, `${inRoot}k3s.sh`], { cmdline, script }).output).toBe(target);
  });
});

describe('k3s on a node whose data the TPM opens', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-k3s-'));
    mkdirSync(join(directory, 'k3s/images'), { recursive: true });
    writeFileSync(join(directory, 'k3s/k3s'), 'program');
    writeFileSync(join(directory, 'k3s/images/all.tar.zst'), 'images');
    writeFileSync(join(directory, 'k3s/k3s.json'), '{}');
    writeFileSync(join(directory, 'tpm'), '');
    const { stdout } = spawnSync('sha256sum', ['k3s', 'images/all.tar.zst'], { cwd: join(directory, 'k3s') });
    writeFileSync(join(directory, 'k3s-signed'), stdout);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Returns whether the k3s is used, and why not. */
  const look = () => {
    const text = readFileSync(`${inRoot}k3s.sh`, 'utf8').replaceAll(
      /\/(haos\/private|run\/haos)\//g,
      `${directory}/`,
    );
    const { status } = spawnSync('sh', ['-c', `set -f\n${text}\nis_k3s_trusted ${directory}/k3s`]);
    const reason = join(directory, 'k3s-refused');
    return [status === 0, existsSync(reason) ? readFileSync(reason, 'utf8') : ''] as const;
  };

  it('is used if it is the one of the signed release', () => {
    expect(look()).toEqual([true, '']);
  });

  it.each<[title: string, change: (path: string) => void]>([
    ['has another program', (path) => writeFileSync(join(path, 'k3s'), 'another')],
    ['has other images', (path) => writeFileSync(join(path, 'images/all.tar.zst'), 'others')],
    ['has more images', (path) => writeFileSync(join(path, 'images/more.tar'), 'more')],
    ['lacks images', (path) => rmSync(join(path, 'images/all.tar.zst'))],
    [
      'is elsewhere',
      (path) => {
        renameSync(join(path, 'k3s'), join(directory, 'elsewhere'));
        symlinkSync('../elsewhere', join(path, 'k3s'));
      },
    ],
    ['belongs to a release without k3s', () => writeFileSync(join(directory, 'k3s-signed'), '')],
  ])('is refused if it %s', (_title, change) => {
    change(join(directory, 'k3s'));

    expect(look()).toEqual([false, expect.stringContaining('is not the k3s that was signed')]);
  });

  it.each(['tpm', 'k3s-signed'])('is used without %s, as on other nodes', (file) => {
    rmSync(join(directory, file));
    writeFileSync(join(directory, 'k3s/k3s'), 'another');

    expect(look()).toEqual([true, '']);
  });
});

describe('the health of a version', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-health-'));
    mkdirSync(join(directory, 'journal'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  interface Boot {
    /** What the runtime phase recorded; without it, the phase did not get that far. */
    k3s?: string;
    cmdline?: string;
    /** A command that succeeds if the kubelet answers. Default `true`. */
    kubelet?: string;
    /** The boot loader's good version is the one that runs. */
    known?: boolean;
    /** An upgrade drained the node. */
    drained?: boolean;
    /** The floor of the TPM, and behind it the one that follows from the confirmation. */
    floor?: string;
    /** The runtime phase is done. Default true. */
    done?: boolean;
    /** The processor is never idle. */
    busy?: boolean;
    /** Exit statuses of `haos upgrade confirm`, one after the other; the last one repeats. */
    statuses?: readonly number[];
  }

  /** Runs the watch in a boot in which only its own waiting takes time. */
  function watch({
    k3s,
    cmdline = 'haos.trial',
    kubelet = 'true',
    known = false,
    drained = false,
    floor,
    done = true,
    busy = false,
    statuses = [0],
  }: Boot) {
    const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
    if (done) write('journal/runtime.json', '{"state":"done"}');
    if (k3s !== undefined) write('k3s-start', k3s);
    if (floor !== undefined) write('tpm-floor', floor);
    if (drained) write('upgrade-cordon', 'node-1');
    write('set', 'v1/-/6');
    write('grubenv', known ? 'haos_good=v1/-/6\n' : 'haos_good=v0/-/6\n');
    const text = readFileSync(`${inRoot}health`, 'utf8')
      .replaceAll('/usr/lib/haos/boot/', inRoot)
      .replace(/^export PATH.*$/m, '')
      .replace(/^main$/m, '');
    const script = `
      clock=0; statuses='${statuses.join(' ')}'
      seconds() { echo $clock; }
      sleep() { clock=$((clock + $1)); }
      idle() { echo $((${busy ? 0 : 100} * clock)); }
      find_k3s() { echo process; }
      curl() { ${kubelet}; }
      say() { echo "$*" >>${directory}/said; }
      reboot() { echo reboot >>${directory}/calls; }
      haos() {
        echo "$*" >>${directory}/calls
        limit=\${3#*=}
        set -- $statuses
        [ $# -eq 1 ] || statuses=\${statuses#* }
        [ $1 -eq 0 ] || printf "first\\nstatus $1\\n  hint\\n"
        [ $1 -ne 1 ] || clock=$((clock + limit)) # it asked as long as it may
        return $1
      }
      main`;
    const code = `${text}${script}`
      .replaceAll('/run/haos/', `${directory}/`)
      .replaceAll('/haos/system/grubenv', `${directory}/grubenv`)
      .replaceAll('/var/lib/rancher/HAOS/upgrade-cordon', `${directory}/upgrade-cordon`);
    // The other scripts read this, too.
    const stubs = `cat() {
      case $1 in
      /proc/cmdline) echo '${cmdline}' ;;
      *) command cat "${directory}/\${1##*/}" ;;
      esac
    }
    `;
    const env = { PATH: process.env.PATH };
    const { status } = spawnSync('sh', ['-c', stubs + code], { encoding: 'utf8', env });
    const lines = (name: string) => {
      const path = join(directory, name);
      return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
    };
    return { status, calls: lines('calls'), said: lines('said') };
  }

  it.each<[string, Boot, string[]]>([
    ['asks Kubernetes, once k3s stayed up', { k3s: 'wanted' }, ['upgrade confirm --when-ready=570']],
    ['asks nothing of a node without k3s', { k3s: 'absent', kubelet: 'false' }, ['upgrade confirm']],
    ['asks nothing where k3s is not started', { k3s: 'skipped', kubelet: 'false' }, ['upgrade confirm']],
    ['asks no kubelet on a node without one', { k3s: 'nodeless', kubelet: 'false' }, ['upgrade confirm']],
    [
      'waits for an upgrade that holds the lock',
      { k3s: 'absent', statuses: [5, 5, 0] },
      ['upgrade confirm', 'upgrade confirm', 'upgrade confirm'],
    ],
    ['leaves a kubelet that never answers', { k3s: 'wanted', kubelet: 'false' }, ['reboot']],
    ['expects k3s if the runtime phase did not get that far', { kubelet: 'false' }, ['reboot']],
    ['leaves a runtime phase that never ends', { k3s: 'absent', done: false }, ['reboot']],
    [
      'leaves a node that is never Ready',
      { k3s: 'wanted', statuses: [1] },
      ['upgrade confirm --when-ready=570', 'reboot'],
    ],
    [
      'does not restart a version that is not on trial',
      { k3s: 'wanted', cmdline: '', statuses: [1] },
      ['upgrade confirm --when-ready=565'],
    ],
    [
      'leaves a busy processor to k3s for a while where no upgrade waits for the answer',
      { k3s: 'wanted', cmdline: '', busy: true },
      ['upgrade confirm --when-ready=450'],
    ],
    [
      'leaves no busy processor to k3s on trial',
      { k3s: 'wanted', busy: true },
      ['upgrade confirm --when-ready=570'],
    ],
    ['starts no program for a known version', { k3s: 'wanted', cmdline: '', known: true }, []],
    [
      'starts no program for a known version with a floor',
      { k3s: 'wanted', cmdline: '', known: true, floor: '2\n' },
      [],
    ],
    [
      'confirms a known version that raises the floor',
      { k3s: 'wanted', cmdline: '', known: true, floor: '1 2\n' },
      ['upgrade confirm --when-ready=565'],
    ],
    [
      'uncordons a drained node, even with a known version',
      { k3s: 'wanted', cmdline: '', known: true, drained: true },
      ['upgrade confirm --when-ready=570'],
    ],
  ])('%s', (_title, boot, calls) => {
    expect(watch(boot).calls).toEqual(calls);
  });

  it('retries until the node is uncordoned, and does not restart for it', () => {
    const { calls, status } = watch({ k3s: 'wanted', statuses: [4, 5, 4, 0] });

    const again = 'upgrade confirm';
    expect(calls).toEqual(['upgrade confirm --when-ready=570', again, again, again]);
    expect(status).toBe(0);
  });

  it.each([
    ['is watched beyond the limit if pods wait for it', true, ['upgrade confirm --when-ready=295']],
    ['is not watched any longer if no pods wait', false, []],
  ])('%s', (_title, drained, calls) => {
    const kubelet = '[ $clock -gt 1500 ]';

    expect(watch({ k3s: 'wanted', cmdline: '', kubelet, drained })).toMatchObject({ status: 0, calls });
  });

  const LATE =
    "warning: this version is not confirmed yet: not healthy within 600 seconds; to confirm it later, run 'haos upgrade confirm'";

  it.each<[string, Boot, number, string[]]>([
    ['a transient failure, and retries', { statuses: [3, 3, 0] }, 3, [failure(3)]],
    ['a lock that another process holds', { statuses: [5, 0] }, 2, [failure(5)]],
    ['a permanent failure, while there is time', { cmdline: '', statuses: [3] }, 11, [failure(3), LATE]],
    [
      'a node that is not Ready in time',
      { cmdline: '', k3s: 'wanted', statuses: [1] },
      1,
      [failure(1), LATE],
    ],
    ['a node that never gets there', { cmdline: '', k3s: 'wanted', kubelet: 'false' }, 0, [LATE]],
    [
      'a failed uncordon, and does not restart for it',
      { statuses: [4, 3, 0] },
      3,
      [unsettled(4), unsettled(3)],
    ],
    ['nothing when all is well', {}, 1, []],
  ])('tells of %s', (_title, boot, calls, said) => {
    const result = watch({ k3s: 'absent', ...boot });

    expect(result).toMatchObject({ status: 0, said });
    expect(result.calls.filter((call) => call.startsWith('upgrade confirm'))).toHaveLength(calls);
    expect(result.calls).not.toContain('reboot');
  });

  function failure(status: number): string {
    return `warning: this version is not confirmed yet: status ${status}`;
  }

  function unsettled(status: number): string {
    return `warning: pods may not start on this node yet: status ${status}`;
  }
});

describe('the images of k3s', () => {
  let directory: string;
  let imported: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-images-'));
    imported = join(directory, 'var/images');
    for (const version of ['k1', 'k2']) {
      mkdirSync(join(directory, version, 'images'), { recursive: true });
      writeFileSync(join(directory, version, 'images', `${version}.tar.zst`), '');
    }
    mkdirSync(join(directory, 'k3'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Returns what k3s finds to import after a boot with that version of k3s. */
  function boot(version: string, shipped = ''): Record<string, string> {
    const script = `link_images ${directory}/${version}/k3s ${imported} ${shipped}`;
    expect(run([`${inRoot}images.sh`], { cmdline: '', script }).output).toBe('');
    const names = existsSync(imported) ? readdirSync(imported) : [];
    return Object.fromEntries(
      names.map((name) => [
        name,
        readFileSync(join(imported, name), 'utf8') || readlinkSync(join(imported, name)),
      ]),
    );
  }

  it('are those of the k3s that runs, also after an upgrade and a rollback', () => {
    expect(boot('k1')).toEqual({ 'haos-k1.tar.zst': `${directory}/k1/images/k1.tar.zst` });
    expect(boot('k2')).toEqual({ 'haos-k2.tar.zst': `${directory}/k2/images/k2.tar.zst` });
    expect(boot('k1')).toEqual({ 'haos-k1.tar.zst': `${directory}/k1/images/k1.tar.zst` });
  });

  it('are none if the running k3s has no images, or without k3s', () => {
    expect(boot('k3')).toEqual({});
    expect(existsSync(imported)).toBe(false);
    boot('k1');
    expect(boot('k3')).toEqual({});
    expect(boot('')).toEqual({});
  });

  it('are those that the root image has as well', () => {
    const shipped = join(directory, 'shipped');
    mkdirSync(shipped);
    writeFileSync(join(shipped, 'operator.tar'), '');

    expect(boot('k1', shipped)).toEqual({
      'haos-k1.tar.zst': `${directory}/k1/images/k1.tar.zst`,
      'haos-operator.tar': `${shipped}/operator.tar`,
    });
    expect(Object.keys(boot('k3', shipped))).toEqual(['haos-operator.tar']);
    expect(boot('k3')).toEqual({});
  });

  it('do not replace foreign files and correct links', () => {
    boot('k1');
    for (const name of ['haos-mine.tar', 'mine.tar']) writeFileSync(join(imported, name), 'mine');
    const { ctimeMs } = lstatSync(join(imported, 'haos-k1.tar.zst'));

    expect(boot('k1')).toMatchObject({ 'haos-mine.tar': 'mine', 'mine.tar': 'mine' });
    expect(lstatSync(join(imported, 'haos-k1.tar.zst')).ctimeMs).toBe(ctimeMs);
    expect(Object.keys(boot('k3'))).toEqual(['haos-mine.tar', 'mine.tar']);
  });

  it('replace those of a version that is gone', () => {
    boot('k1');
    rmSync(join(directory, 'k1'), { recursive: true });

    expect(Object.keys(boot('k2'))).toEqual(['haos-k2.tar.zst']);
  });
});

describe('the kubectl of the launcher', () => {
  const POD = '/var/lib/kubelet/pods/uid-1/volumes/kubernetes.io~projected/kube-api-access-x';
  let host: string;
  beforeEach(() => {
    host = mkdtempSync(join(tmpdir(), 'haos-launcher-'));
    mkdirSync(join(host, POD), { recursive: true });
    mkdirSync(join(host, 'run/haos'), { recursive: true });
    writeFileSync(join(host, POD, 'token'), 'sesame');
    writeFileSync(join(host, 'busybox'), '#!/bin/sh\necho "$*"\nexec cat "$ROOT$KUBECONFIG"\n', {
      mode: 0o755,
    });
  });
  afterEach(() => rmSync(host, { recursive: true }));

  function launch(variables: Readonly<Record<string, string>>) {
    const text = readFileSync(`${overlay}launcher/haos`, 'utf8')
      .replaceAll('/host', host)
      .replace(/^here=.*$/gm, '')
      .replace(/^\t?PATH=|PATH=\/usr\S*/gm, '');
    const code = `here=${host}\n${text.replace(/^main "\$@"$/m, '')}\nrun_kubectl kubectl wait 'a b'`;
    return spawnSync('sh', ['-c', code], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ROOT: host, KUBERNETES_SERVICE_PORT: '443', ...variables },
    });
  }

  it('is that of the node, with the credentials of the pod where the kubelet renews them', () => {
    const { stdout } = launch({ SYSTEM_UPGRADE_POD_UID: 'uid-1', KUBERNETES_SERVICE_HOST: '10.43.0.1' });

    const [call = '', ...kubeconfig] = stdout.split('\n');
    expect(call).toBe(`chroot ${host} kubectl wait a b`);
    expect(load(kubeconfig.join('\n'))).toMatchObject({
      clusters: [{ cluster: { server: 'https://10.43.0.1:443', 'certificate-authority': `${POD}/ca.crt` } }],
      users: [{ user: { tokenFile: `${POD}/token` } }],
    });
    expect(stdout).not.toContain('sesame');
  });

  it('reaches an IPv6 cluster', () => {
    const { stdout } = launch({ SYSTEM_UPGRADE_POD_UID: 'uid-1', KUBERNETES_SERVICE_HOST: 'fd00::1' });

    expect(stdout).toContain("server: 'https://[fd00::1]:443'");
  });

  it('says where it works if it is called elsewhere', () => {
    const { status, stderr, stdout } = launch({ SYSTEM_UPGRADE_POD_UID: 'other' });

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('only in a pod of an upgrade Plan');
  });
});

describe('what a phase prints', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-logs-'));
    mkdirSync(join(directory, 'run/haos'), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    ['initrd', `${inRoot}root.sh`, 'is_configured() { :; }; configure'],
    ['boot', `${inRoot}start`, 'apply_boot_phase'],
    ['runtime', `${services}ccapply`, 'start'],
    ['datasource', `${services}cloud-config`, 'command_args=aws; start; wait'],
    ['install', `${inRoot}install`, 'main'],
    ['health', `${inRoot}health`, 'confirm'],
  ])(
    'in the phase %s is readable by root only, the files that the phase creates by all',
    (name, path, call) => {
      const stubs = `
      sysroot=${directory}; mode=disk; ebegin() { :; }; eend() { :; }; debug() { :; }; say() { :; }
      is_debug() { false; }; consoles() { :; }; readiness() { :; }
      haos() { echo printed; : >>${directory}/made; }
      chroot() { shift 2; haos "$@"; }
      setsid() { "$@"; }`;
      const text = readFileSync(path, 'utf8').replace(/^main$/m, '');
      const code = `${text}\n${stubs}\n${call}`
        .replaceAll('/usr/lib/haos/boot/', inRoot)
        .replaceAll(/(?<!\$sysroot)\/run\/haos\//g, `${directory}/run/haos/`);
      const common = `. ${inRoot}common.sh; umask 022`;

      spawnSync('sh', ['-c', `${common}\n${code}`], { env: { PATH: process.env.PATH } });

      const log = join(directory, `run/haos/${name}.log`);
      expect(readFileSync(log, 'utf8')).toBe('printed\n');
      expect(statSync(log).mode & 0o777).toBe(0o600);
      expect(statSync(join(directory, 'made')).mode & 0o777).toBe(0o644);
    },
  );
});

describe('the data sources', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'haos-services-'));
    for (const name of ['cloud-config', 'ccapply']) {
      const text = readFileSync(services + name, 'utf8').replaceAll('/run/haos/', `${directory}/`);
      writeFileSync(join(directory, name), text);
    }
    const log = `>>${directory}/log`;
    // It answers when the other end of the pipe is opened.
    const program = `#!/bin/sh\n[ "$1" = config ] || { read -r line <${directory}/fifo; echo "$line" ${log}; }\necho "haos $*" ${log}\n`;
    writeFileSync(join(directory, 'haos'), program, { mode: 0o755 });
    execFileSync('mkfifo', [join(directory, 'fifo')]);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /**
   * Runs shell code that calls `service NAME` as OpenRC calls its start function, and returns the
   * log.
   */
  function runServices(script: string): string[] {
    const code = `ebegin() { :; }; eend() { :; }; service() { (. ${directory}/$1; start); }; ${script}`;
    // The limit is needed where ended processes are not reaped, as under the first process of a
    // container.
    const env = { PATH: `${directory}:${process.env.PATH}`, data_sources_timeout: '300' };
    expect(spawnSync('sh', ['-euc', code], { env, timeout: 60_000 })).toMatchObject({ status: 0 });
    return readFileSync(join(directory, 'log'), 'utf8').trim().split('\n');
  }

  it('are asked in the background, and the runtime phase waits for them', () => {
    const answer = `echo "an answer" >${directory}/fifo`;

    const log = runServices(
      `command_args="aws cdrom"; service cloud-config; service ccapply & ${answer}; wait`,
    );

    expect(log).toEqual(['an answer', 'haos datasource fetch aws cdrom', 'haos config --quiet']);
  });

  it('are not waited for where none is configured', () => {
    expect(runServices('service ccapply')).toEqual(['haos config --quiet']);
  });
});
