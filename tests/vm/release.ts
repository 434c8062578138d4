import { linkSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from './installed-disk.js';
import type { Machine } from './machine.js';

/** The names of the components of a release. */
export interface Release {
  haos: string;
  k3s: string;
  kernel: string;
}

/** Returns the name that the boot counter gives to a release. */
export function nameSet({ haos, k3s, kernel }: Release): string {
  return `${haos}/${k3s}/${kernel}`;
}

/** Returns the release in a system directory. */
export function readRelease(system: string): Release {
  const [haos = '', k3s = '', kernel = ''] = ['haos', 'k3s', 'kernel'].map((name) =>
    readlinkSync(join(system, name, 'current')),
  );
  return { haos, k3s, kernel };
}

/** Returns a release whose components are all new. */
export function nextRelease({ haos, k3s, kernel }: Release): Release {
  return { haos: 'v9.0.0', k3s: `${k3s}.2`, kernel: `${kernel.slice(0, -haos.length)}v9.0.0` };
}

/** Writes a release with the content of a system directory, under other names. */
export function placeRelease(directory: string, system: string, release: Release): void {
  const files: Readonly<Record<keyof Release, readonly string[]>> = {
    haos: ['rootfs.squashfs'],
    k3s: ['k3s'],
    kernel: ['kernel.squashfs', 'vmlinuz', 'initrd'],
  };
  for (const component of ['haos', 'k3s', 'kernel'] as const) {
    const version = release[component];
    const target = makeDirectory(join(directory, component, version));
    symlinkSync(version, join(directory, component, 'current'));
    for (const file of files[component])
      linkSync(join(system, component, 'current', file), join(target, file));
  }
}

/** The output of `haos upgrade status`. */
export async function readUpgradeStatus(machine: Machine, seconds?: number) {
  return JSON.parse(await machine.read('haos upgrade status --format json', seconds));
}

/** Waits until the node has decided whether its version is healthy. */
export async function waitForHealth(machine: Machine, seconds = 900): Promise<void> {
  await machine.read('while kill -0 "$(cat /run/haos/health.pid)"; do sleep 1; done 2>/dev/null', seconds);
}

/** The files behind /usr and the modules, the kernel and k3s, as `readRunning` returns them. */
export function describeRunning({ haos, k3s, kernel }: Release): string {
  return [
    `/haos/system/haos/${haos}/rootfs.squashfs`,
    `/haos/system/kernel/${kernel}/kernel.squashfs`,
    kernel,
    `/haos/system/k3s/${k3s}/k3s`,
  ].join('\n');
}

/** Returns what is really in use. */
export function readRunning(machine: Machine): Promise<string> {
  const files = 'losetup --list --noheadings --output BACK-FILE | sort';
  return machine.read(`${files}; cat /run/haos/kernel-version; readlink -f /usr/sbin/k3s`);
}
