import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ARTIFACTS, ROOT } from './paths.js';

/** The ISO of the image under test. */
export const ISO = join(ARTIFACTS, 'haos-amd64.iso');

export const NETWORK = ['-nic', 'user,model=virtio-net-pci'];

/**
 * Returns a network with a server of this machine at 169.254.169.254, like the metadata services of
 * clouds. The program that QEMU starts for each connection is written to `directory`.
 */
export function cloudNetwork(directory: string, port: number): string[] {
  const forward = join(directory, 'forward');
  const script = `#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/${port} || exit 1\ncat <&3 &\ncat >&3\n`;
  writeFileSync(forward, script, { mode: 0o755 });
  const addresses = 'net=169.254.0.0/16,dhcpstart=169.254.169.15,host=169.254.169.2,dns=169.254.169.3';
  return ['-nic', `user,model=virtio-net-pci,${addresses},guestfwd=tcp:169.254.169.254:80-cmd:${forward}`];
}

/** A board with AHCI and an Intel network card, without virtio devices. */
export const AHCI_BOARD = ['-machine', 'q35', '-nic', 'user,model=e1000'];

/** Returns arguments of a machine that boots from the ISO, as from a disc. */
export function isoArguments(iso = ISO): string[] {
  return ['-cdrom', iso, '-boot', 'd', ...NETWORK];
}

/** Returns arguments of a machine with a disk, from which it boots by default. */
export function diskArguments(disk: string): string[] {
  return ['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`];
}

/** Returns arguments of a machine that boots from the ISO, as from a stick, before its disks. */
export function stickArguments(iso = ISO): string[] {
  const stick = ['-drive', `if=none,id=stick,format=raw,readonly=on,file=${iso}`];
  return [...stick, '-device', 'virtio-blk-pci,drive=stick,bootindex=1,serial=stick'];
}

/** In a shell of that machine: the path of its only disk, which may be found before the stick. */
export const ONLY_DISK =
  "$(lsblk --nodeps --noheadings --output PATH,SERIAL | sed -n 's|^\\(/dev/vd.\\) *$|\\1|p')";

/** Returns arguments of a machine with files of a test, in an image that it only reads. */
export function mediaArguments(image: string): string[] {
  const drive = ['-drive', `if=none,id=media,format=raw,readonly=on,file=${image}`];
  return [...drive, '-device', 'virtio-blk-pci,drive=media,serial=media'];
}

/** In a shell of that machine: mounts these files on /run/media. */
export const MOUNT_MEDIA =
  "mkdir -p /run/media && mount -t squashfs $(lsblk --nodeps --noheadings --output PATH,SERIAL | sed -n 's|^\\([^ ]*\\) *media$|\\1|p') /run/media";

/** A machine with EFI, whose variables are not kept. */
export const EFI = ['-drive', 'if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd'];

/** The same for arm64. */
export const ARM64_EFI = ['-drive', 'if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.fd'];

/**
 * Returns arguments of a machine as it is delivered: Secure Boot is on, with the keys of Microsoft.
 * Its variables are kept in `directory`. Protecting them needs the system management mode, which
 * only q35 has.
 */
export function secureBootArguments(directory: string): string[] {
  const variables = join(directory, 'variables.fd');
  if (!existsSync(variables)) copyFileSync('/usr/share/OVMF/OVMF_VARS_4M.ms.fd', variables);
  const code = '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd';
  return [
    ...['-machine', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on'],
    ...['-global', 'ICH9-LPC.disable_s3=1'],
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
  ];
}

/** Returns arguments of such a machine that boots from the ISO. */
export function efiArguments(): string[] {
  return [...EFI, ...isoArguments()];
}

/** Returns arguments of a machine that boots from kernel and initrd alone. */
export function netbootArguments(
  cmdline: string,
  initrd = join(ARTIFACTS, 'haos-initrd-amd64'),
  network: readonly string[] = NETWORK,
): string[] {
  const kernel = join(ARTIFACTS, 'haos-vmlinuz-amd64');
  return ['-kernel', kernel, '-initrd', initrd, '-append', `console=ttyS0,115200 ${cmdline}`, ...network];
}

/**
 * Returns the netboot initrd with added files, as a network boot provider would add a
 * configuration: the kernel unpacks consecutive archives into the same tree.
 */
export function initrdWith(files: Readonly<Record<string, string>>): { path: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'haos-initrd-'));
  const tree = join(directory, 'tree');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const image = join(directory, 'initrd');
  copyFileSync(join(ARTIFACTS, 'haos-initrd-amd64'), image);
  appendFileSync(image, Buffer.alloc(-statSync(image).size & 3));
  const names = execFileSync('find', ['.', '-print0'], { cwd: tree });
  const cpio = ['--quiet', '--create', '--null', '--format=newc', '--owner=0:0'];
  appendFileSync(image, execFileSync('cpio', cpio, { cwd: tree, input: names }));
  return { path: image, remove: () => rmSync(directory, { recursive: true }) };
}

/**
 * Writes an ISO that installs automatically, remastered as `npm run os:remaster` does: with kernel
 * arguments and a system configuration.
 */
export function writeInstaller(
  directory: string,
  { cmdline, config, iso = ISO }: { cmdline: string; config: string; iso?: string },
): string {
  const file = join(directory, 'installer.yaml');
  writeFileSync(file, config);
  const image = join(directory, 'installer.iso');
  const remaster = [join(ROOT, 'os/src/remaster.ts'), iso, image];
  const args = ['--cmdline', `haos.mode=install ${cmdline}`, '--config', file];
  execFileSync(join(ROOT, 'node_modules/.bin/tsx'), [...remaster, ...args]);
  return image;
}

/** Makes a disk of `megabytes`, or enlarges one. The file is sparse. */
export function sizeDisk(path: string, megabytes: number): void {
  const descriptor = openSync(path, 'a');
  ftruncateSync(descriptor, megabytes * 1_000_000);
  closeSync(descriptor);
}
