import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ARTIFACTS } from './paths.js';

const NETWORK = ['-nic', 'user,model=virtio-net-pci'];

/** Arguments of a machine that starts from the ISO, as from a disc. */
export function isoArguments(): string[] {
  return ['-cdrom', join(ARTIFACTS, 'haos-amd64.iso'), '-boot', 'd', ...NETWORK];
}

/** The same on a machine with EFI, whose variables nobody keeps. */
export function efiArguments(): string[] {
  const firmware = '/usr/share/OVMF/OVMF_CODE.fd';
  return ['-drive', `if=pflash,format=raw,readonly=on,file=${firmware}`, ...isoArguments()];
}

/** Arguments of a machine that starts from kernel and initrd alone. */
export function netbootArguments(cmdline: string, initrd = join(ARTIFACTS, 'haos-initrd-amd64')): string[] {
  const kernel = join(ARTIFACTS, 'haos-vmlinuz-amd64');
  return ['-kernel', kernel, '-initrd', initrd, '-append', `console=ttyS0,115200 ${cmdline}`, ...NETWORK];
}

/**
 * The netboot initrd with files added, as a provider of network boots would add a configuration: the kernel unpacks archives that
 * follow one another into the same tree.
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
