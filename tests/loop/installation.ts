import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, liveHost } from '@haos/host';
import type { Installation, InstallOptions } from '@haos/install';
import { parseBootState } from '@haos/system/internal';
import { expect } from 'vitest';
import { ENVIRONMENT, must, writeImage, writeUdevadm } from './loop-disk.js';

export const CONFIG = '# kept\nhostname: installed\n';

/**
 * What the installation tests share: a small image, a configuration, and a machine that does not
 * wait.
 */
export interface Workplace {
  directory: string;
  image: string;
  config: string;
  mountPoint: string;
  /** The directory that must be in PATH. */
  programs: string;
  options(device: string, some?: Partial<InstallOptions>): InstallOptions;
  remove(): void;
}

export function createWorkplace(): Workplace {
  const directory = mkdtempSync(join(tmpdir(), 'haos-loop-'));
  const [image, config] = [join(directory, 'image'), join(directory, 'config.yaml')];
  const mountPoint = join(directory, 'target');
  writeImage(image);
  writeFileSync(config, CONFIG);
  const programs = writeUdevadm(directory);
  return {
    directory,
    image,
    config,
    mountPoint,
    programs,
    options: (device, some) =>
      mergeParts<InstallOptions>(
        {
          host: createHost(programs),
          target: { device, mountPoint, minimumSize: 100_000_000 },
          image: { directory: image },
          config: { url: config },
          boot: { firmware: 'bios', tty: 'ttyS0' },
        },
        some,
      ),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Merges options part by part. */
export function mergeParts<Options extends Installation>(
  common: Options,
  some: Partial<Options> = {},
): Options {
  return {
    ...common,
    ...some,
    target: { ...common.target, ...some.target },
    image: { ...common.image, ...some.image },
    config: { ...common.config, ...some.config },
    boot: { ...common.boot, ...some.boot },
  };
}

/**
 * Returns the running machine, without the waits for a user, and with everything that GRUB's tools
 * need.
 */
export function createHost(programs: string): Host {
  const host = liveHost();
  const PATH = `${ENVIRONMENT.PATH}:${programs}`;
  return {
    ...host,
    run: (command, args, runOptions) =>
      host.run(command, args, { ...runOptions, env: { ...runOptions?.env, PATH } }),
    clock: { ...host.clock, sleep: (time, signal) => host.clock.sleep(Math.min(time, 100), signal) },
  };
}

/** Reads or changes a file system that is not mounted elsewhere. */
export function inspect<T>(partition: string, look: (path: string) => T, mode: 'ro' | 'rw' = 'ro'): T {
  const path = mkdtempSync(join(tmpdir(), 'haos-look-'));
  must('mount', '-o', mode, partition, path);
  try {
    return look(path);
  } finally {
    must('umount', path);
    rmSync(path, { recursive: true });
  }
}

export function mountsBelow(path: string): string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(path));
}

/** Returns a tag from a probe of the device itself. */
export function probe(device: string, tag: string): string {
  return must('blkid', '-p', '-s', tag, '-o', 'value', device);
}

/** Checks with other programs that a state partition holds a complete installation. */
export function expectWhole(partition: string, { image }: Workplace, config = CONFIG): void {
  const sums = join(image, 'sha256sum.txt');
  must('e2fsck', '-fn', partition);
  expect(probe(partition, 'LABEL')).toBe('HAOS_STATE');
  const uuid = probe(partition, 'UUID');
  inspect(partition, (root) => {
    const system = join(root, 'haos/system');
    expect(readlinkSync(join(system, 'haos/current'))).toBe('v1.0.0');
    expect(readlinkSync(join(system, 'kernel/current'))).toBe('6.1.0-v1.0.0');
    must('sh', '-c', 'cd "$1" && sha256sum --quiet -c "$2"', 'sh', system, sums);
    expect(existsSync(join(system, 'intent'))).toBe(false);
    expect(readFileSync(join(system, 'config.yaml'), 'utf8')).toBe(config);
    expect(statSync(join(system, 'config.yaml')).mode & 0o777).toBe(0o600);
    expect(parseBootState(readFileSync(join(system, 'grubenv')))).toEqual({ slot: 'current' });
    const menu = join(root, 'boot/grub/grub.cfg');
    must('grub-script-check', menu);
    expect(readFileSync(menu, 'utf8')).toContain(`haos.state=UUID=${uuid}`);
  });
}
