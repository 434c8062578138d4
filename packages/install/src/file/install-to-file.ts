import { type Host, withLock } from '@haos/host';
import { type CleanUp, withCleanUp } from '@haos/host/internal';
import { type Check, layout } from '@haos/system';
import { findEfiLoader, findImage, openScratch } from '@haos/system/internal';
import { type InstallEvent, type InstallOptions, type InstallReport, install } from '../install.js';
import { openMedium } from '../medium/medium.js';
import type { BootOptions } from '../options.js';
import { attachFile } from './attach-file.js';
import { convertArguments, type DiskFormat, formatOfName } from './disk-format.js';
import { checkConverter, checkFileSpace, checkName } from './file-checks.js';
import { renderImageConfig } from './image-config.js';

export interface FileOptions extends Omit<InstallOptions, 'target' | 'confirm'> {
  file: FileTarget;
}

/** The file that becomes a disk with HAOS. */
export interface FileTarget {
  /**
   * An absolute path; nothing may be there. The ending is the format: `.raw` or `.img`, `.qcow2`,
   * `.vmdk`, `.vhd`.
   */
  path: string;
  /** Bytes, rounded up to whole MiB. Default 4 GiB. */
  size?: number;
}

/** One disk image is made at a time, as one installation. */
const LOCK = '/run/haos/install-file.lock';
/** Milliseconds. */
const PATIENCE = 600_000;
const CONVERT_TIMEOUT = 1_800_000;

const MIB = 1024 * 1024;
const DEFAULT_SIZE = 4096 * MIB;

/** The first serial line of each architecture, and the screen, as on the medium. */
const CONSOLES = { amd64: 'console=ttyS0,115200 console=tty1', arm64: 'console=ttyAMA0,115200 console=tty1' };

/**
 * Installs HAOS to a new file that machines start from: a disk for BIOS and EFI, or for EFI alone
 * on an architecture without BIOS. Uses the programs of `image.iso`, or those of the running system
 * without one. Without `config.url` the configuration names data sources, and nothing of the
 * running system. Works in a directory beside the file, and gives the file its name when it is
 * complete; what a killed run left there, the next one removes.
 */
export function installToFile(options: FileOptions): Promise<InstallReport> {
  return withLock(options.host, LOCK, () => withCleanUp((cleanUp) => makeFile(options, cleanUp)), {
    patience: PATIENCE,
  });
}

async function makeFile(options: FileOptions, cleanUp: CleanUp): Promise<InstallReport> {
  const { host, file, signal, onEvent } = options;
  const work = `${file.path}.partial`;
  const name = checkName(host, { path: file.path, work });
  const format = formatOfName(file.path);
  if (!name.ok || format === undefined) return refused([name]);
  await openScratch(host, cleanUp, work);
  const { checks: found, source } = await openPrograms(options, cleanUp, work);
  const checks = [name, ...found, await checkConverter(host, format)];
  if (source) checks.push(checkFileSpace(host, { directory: work, format, size: source.size }));
  if (!source || checks.some(({ ok }) => !ok)) return refused(checks);
  const disk = `${work}/disk`;
  const report = await installToDisk(options, { ...source, work, disk });
  if (report.status !== 'installed') return { ...report, checks: [...checks, ...report.checks] };
  signal?.throwIfAborted();
  if (format !== 'raw') onEvent?.({ kind: 'step', step: 'convert' });
  const converted = await convert(host, { disk, format });
  signal?.throwIfAborted();
  // An image may hold secrets of its configuration.
  host.files.setAttributes(converted, { mode: 0o600 });
  await host.run('sync', [converted]);
  host.files.move(converted, file.path);
  return { ...report, checks: [...checks, ...report.checks], disk: file.path };
}

function refused(checks: readonly Check[]): InstallReport {
  return { status: 'refused', checks, issues: [], texts: new Map() };
}

/** What an installation reads: the components, and the programs of a root. */
interface Source {
  host: Host;
  /** The directory with the components. */
  directory: string;
  /** Bytes of the components. */
  size: number;
  /** The root with the programs. Undefined: the running system. */
  tools?: string | undefined;
}

/** Opens the ISO, or uses what runs. */
async function openPrograms(
  options: FileOptions,
  cleanUp: CleanUp,
  scratch: string,
): Promise<{ checks: readonly Check[]; source?: Source }> {
  const { host, image = {} } = options;
  const { iso, directory = layout.system } = image;
  const opened =
    iso === undefined
      ? undefined
      : await openMedium(host, cleanUp, { ...options, ...image, iso, scratch, anyArchitecture: true });
  if (opened && !opened.medium) return { checks: opened.checks };
  const source = opened?.medium ?? { host, directory, tools: undefined };
  const { check, image: components } = findImage(host, source.directory, image.kernelKind);
  // The checks of the installation repeat the one that passed.
  if (!components) return { checks: [check] };
  return { checks: [], source: { ...source, size: components.size } };
}

/** Installs on a block device that is the file `disk`. */
function installToDisk(
  options: FileOptions,
  { host, directory, tools, work, disk }: Source & { work: string; disk: string },
): Promise<InstallReport> {
  const { file, image = {}, onEvent, ...rest } = options;
  // Opened already, and verified.
  const { iso: _iso, sha256: _sha256, ...components } = image;
  return withCleanUp(async (cleanUp) => {
    await host.run('truncate', ['--size', `${Math.ceil((file.size ?? DEFAULT_SIZE) / MIB)}M`, disk]);
    host.files.setAttributes(disk, { mode: 0o600 });
    const device = await attachFile(host, cleanUp, disk);
    return install({
      ...rest,
      host,
      target: { device, mountPoint: `${work}/target` },
      image: { ...components, directory },
      config: await chooseConfig(options, work),
      boot: { ...bootFor(host, tools), ...options.boot },
      onEvent: (event) => isOfFile(event) && onEvent?.(event),
    });
  });
}

async function chooseConfig({ host, config }: FileOptions, work: string): Promise<FileOptions['config']> {
  if (config?.url !== undefined) return config;
  const url = `${work}/config.yaml`;
  host.files.write(url, await renderImageConfig());
  return { ...config, url };
}

/** An image starts on any machine of its architecture; the signed loaders say which that is. */
function bootFor(host: Host, tools: string | undefined): BootOptions {
  const architecture = findEfiLoader(host, tools)?.architecture ?? 'amd64';
  const firmware = architecture === 'amd64' ? 'both' : 'efi';
  return { firmware, commandLine: CONSOLES[architecture], ...(tools !== undefined && { tools }) };
}

/** The other events are about the data on a device; this one is new and temporary. */
function isOfFile({ kind }: InstallEvent): boolean {
  return kind === 'step' || kind === 'progress';
}

/** Converts a raw disk; resolves to the path of the result. */
async function convert(host: Host, { disk, format }: { disk: string; format: DiskFormat }): Promise<string> {
  if (format === 'raw') return disk;
  const to = `${disk}.${format}`;
  await host.run('qemu-img', convertArguments(format, { from: disk, to }), { timeout: CONVERT_TIMEOUT });
  return to;
}
