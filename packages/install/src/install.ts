import type { FormatEntry } from '@haos/cmdline';
import {
  copyTree,
  formatBootState,
  grubEnvPath,
  layout,
  type ReleaseSet,
  type TreeFile,
  verifyTree,
  withLock,
} from '@haos/system';
import { installBootLoader } from './boot-loader.js';
import { type CleanUp, withCleanUp } from './clean-up.js';
import { chooseConsoles } from './console.js';
import { disownOnError, makeFileSystems, mountTarget, partitionDisk, readStateUuid } from './disk.js';
import { renderGrubConfig } from './grub-config.js';
import { componentsOf } from './image.js';
import { type PartitionPlan, planPartitions } from './partitions.js';
import { type Preflight, type PreflightOptions, prepare, type Target } from './preflight.js';

/** What is going on, for whoever watches. */
export type InstallEvent =
  /** Checks are done, and well; the disk is written to after `seconds`, which are 0 unless a node's state is lost. */
  | { kind: 'announce'; disk: string; replacesState: boolean; seconds: number }
  | { kind: 'step'; step: 'format' | 'copy' | 'configure' | 'boot-loader' | 'verify' }
  /** Bytes of the image that are copied or read back. */
  | { kind: 'progress'; done: number; total: number };

export interface InstallOptions extends PreflightOptions {
  /** The console of the installed system, such as `ttyS0`; `auto` and nothing: those in use now. */
  tty?: string;
  /** Log more on the installed system. Default false. */
  debug?: boolean;
  /** A directory that the new file systems are mounted on meanwhile. Default `/run/haos/install`. */
  mountPoint?: string;
  /** Asked once everything is checked and before anything is written, with what is going to happen. Default: nobody is asked. */
  confirm?: (target: Target) => Promise<boolean>;
  onEvent?: (event: InstallEvent) => void;
}

export interface InstallReport extends Pick<Preflight, 'checks' | 'issues' | 'texts'> {
  /** `refused`: a check failed, `declined`: it was not confirmed; nothing was written. */
  status: 'installed' | 'refused' | 'declined';
  /** The rest is there when it was installed. */
  disk?: string;
  stateUuid?: string;
  set?: ReleaseSet;
}

/** How long a node's state can still be saved by switching the machine off. */
const ANNOUNCE_SECONDS = 15;

/**
 * Installs HAOS on a disk, without a question. Everything is checked before the first write. When it fails or is ended by its
 * signal after that, all mounts are released and the disk holds no state partition, so that it is not taken for a node's.
 */
export function install(options: InstallOptions): Promise<InstallReport> {
  return withLock(options.host, '/run/haos/install.lock', () =>
    withCleanUp((cleanUp) => installAlone(options, cleanUp)),
  );
}

async function installAlone(options: InstallOptions, cleanUp: CleanUp): Promise<InstallReport> {
  const { host, signal, onEvent } = options;
  const { target, ...found } = await prepare(options, cleanUp);
  if (!target) return { status: 'refused', ...found };
  if (!(await isConfirmed(options, target))) return { status: 'declined', ...found };
  const { replacesState } = target;
  const disk = target.disk.path;
  const seconds = replacesState ? ANNOUNCE_SECONDS : 0;
  onEvent?.({ kind: 'announce', disk, replacesState, seconds });
  if (seconds > 0) await host.clock.sleep(seconds * 1000, signal);
  signal?.throwIfAborted();
  const stateUuid = await writeDisk(options, target);
  return { status: 'installed', ...found, disk, stateUuid, set: target.image.set };
}

/** Whoever is asked may never answer, so the signal ends the waiting. */
async function isConfirmed({ confirm, signal }: InstallOptions, target: Target): Promise<boolean> {
  if (!confirm) return true;
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([confirm(target), aborted]);
}

/** Everything that changes the disk. */
async function writeDisk(options: InstallOptions, target: Target): Promise<string> {
  const { host, signal } = options;
  const disk = target.disk.path;
  const plan = planPartitions({ firmware: target.firmware, size: target.disk.size });
  return withCleanUp(async (onFailure) => {
    tell(options, 'format');
    await partitionDisk(host, disk, plan);
    disownOnError(host, onFailure, { disk, plan });
    await makeFileSystems(host, disk, plan);
    const stateUuid = await readStateUuid(host, disk, plan);
    signal?.throwIfAborted();
    const files = await withCleanUp((cleanUp) => fill(options, { target, plan, stateUuid, cleanUp }));
    tell(options, 'verify');
    await withCleanUp((cleanUp) => verify(options, { target, plan, files, cleanUp }));
    return stateUuid;
  });
}

function tell({ onEvent }: InstallOptions, step: Extract<InstallEvent, { kind: 'step' }>['step']): void {
  onEvent?.({ kind: 'step', step });
}

interface Work {
  target: Target;
  plan: PartitionPlan;
  cleanUp: CleanUp;
}

const mountPointOf = ({ mountPoint = '/run/haos/install' }: InstallOptions) => mountPoint;

/** Puts everything on the new file systems; resolves to the files of the image. */
async function fill(options: InstallOptions, work: Work & { stateUuid: string }): Promise<TreeFile[]> {
  const { host } = options;
  const { target, plan, cleanUp, stateUuid } = work;
  const mountPoint = mountPointOf(options);
  const disk = target.disk.path;
  await mountTarget(host, cleanUp, { disk, plan, mountPoint });
  tell(options, 'copy');
  const files = await copyImage(options, target);
  tell(options, 'configure');
  const system = `${mountPoint}${layout.system}`;
  host.files.write(`${mountPoint}${layout.systemConfig}`, target.configuration.text, {
    mode: 0o600,
    secret: true,
  });
  host.files.write(grubEnvPath(system), formatBootState({ slot: 'current' }), { mode: 0o600 });
  host.files.makeDirectory(`${mountPoint}/haos/data`);
  tell(options, 'boot-loader');
  host.files.write(`${mountPoint}/boot/grub/grub.cfg`, renderConfig(options, stateUuid));
  const { firmware } = target;
  await withCleanUp((binds) =>
    installBootLoader(host, binds, { disk, firmware, mountPoint, tools: options.tools }),
  );
  return files;
}

/** The components of the image's current set, and the links that name it. Nothing else of the medium is copied. */
async function copyImage(options: InstallOptions, { image }: Target): Promise<TreeFile[]> {
  const { host, signal, onEvent } = options;
  const system = `${mountPointOf(options)}${layout.system}`;
  const copied: TreeFile[] = [];
  let before = 0;
  for (const path of componentsOf(image.set)) {
    const onProgress = (bytes: number) =>
      onEvent?.({ kind: 'progress', done: before + bytes, total: image.size });
    const files = await copyTree(host, `${image.directory}/${path}`, `${system}/${path}`, {
      onProgress,
      ...(signal && { signal }),
    });
    const [component = '', version = ''] = path.split('/');
    host.files.link(`${system}/${component}/current`, version);
    copied.push(...files.map((file) => ({ ...file, path: `${path}/${file.path}` })));
    before = copied.reduce((sum, { size }) => sum + size, 0);
  }
  return copied;
}

function renderConfig({ host, tty, debug }: InstallOptions, stateUuid: string): string {
  const consoles = chooseConsoles(tty, host.files.readTextIfExists(layout.kernelCommandLine) ?? '');
  const log: FormatEntry[] = debug ? [{ name: 'haos.debug' }] : [{ name: 'loglevel', value: '4' }];
  return renderGrubConfig({ stateUuid, arguments: [...log, ...consoles.arguments], serial: consoles.serial });
}

/** Reads everything back from the disk itself: unmounting emptied the memory of it. */
async function verify(options: InstallOptions, work: Work & { files: readonly TreeFile[] }): Promise<void> {
  const { host, signal, onEvent } = options;
  const { target, plan, files, cleanUp } = work;
  const mountPoint = mountPointOf(options);
  await mountTarget(host, cleanUp, { disk: target.disk.path, plan, mountPoint, readOnly: true });
  const onProgress = (done: number) => onEvent?.({ kind: 'progress', done, total: target.image.size });
  await verifyTree(host, `${mountPoint}${layout.system}`, { files, onProgress, ...(signal && { signal }) });
}
