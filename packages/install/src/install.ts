import { type Host, withLock } from '@haos/host';
import { type CleanUp, type TreeFile, verifyTree, withCleanUp } from '@haos/host/internal';
import { layout } from '@haos/system';
import { type ReleaseSet, releaseMounts, STATE_LABEL } from '@haos/system/internal';
import { installBootLoader } from './boot/boot-loader.js';
import { placeBootFiles } from './boot/own-keys.js';
import { writeMenu } from './boot/write-menu.js';
import { labelState, makeExt4, makeFileSystems, mountState, partitionDisk, readUuid } from './disk/disk.js';
import { type Firmware, listFirmware, planPartitions } from './disk/partitions.js';
import { type Places, placesOf } from './disk/places.js';
import { closeVolume, makeVolume, openVolume, readVolumeUuid } from './disk/volume.js';
import {
  type InstallPlan,
  MOUNT_POINT,
  type Preflight,
  type PreflightOptions,
  prepare,
} from './preflight.js';
import { putState, putSystem, TAKEOVER_MARKER } from './put-system.js';

/** The progress of an installation. */
export type InstallEvent =
  /**
   * All checks passed. The disk is written to after `seconds`, which are 0 unless the state of a
   * node will be lost. `kept`: the partition of an existing layout, of which only the system is
   * written.
   */
  | { kind: 'announce'; disk: string; replacesState: boolean; seconds: number; kept?: string }
  | { kind: 'step'; step: 'format' | 'copy' | 'configure' | 'boot-loader' | 'verify' | 'convert' }
  /** Bytes of the image that are copied or verified. */
  | { kind: 'progress'; done: number; total: number }
  /**
   * The installation failed or was interrupted after the first write. A disk that was formatted
   * (`kept` is undefined) does not boot. An existing layout keeps its state, and boots its old
   * system or the new one. Another installation continues from either.
   */
  | { kind: 'stopped'; disk: string; kept?: string };

export interface InstallOptions extends PreflightOptions {
  /** Confirms the plan, after all checks and before the first write. Default: no question. */
  confirm?: (plan: InstallPlan) => Promise<boolean>;
  onEvent?: (event: InstallEvent) => void;
}

export interface InstallReport extends Pick<Preflight, 'checks' | 'issues' | 'texts'> {
  /** `refused`: a check failed; `declined`: the plan was not confirmed. Both wrote nothing. */
  status: 'installed' | 'refused' | 'declined';
  /** Only with `installed`, as are the next two. */
  disk?: string;
  stateUuid?: string;
  set?: ReleaseSet;
}

/** Seconds in which a person can still save the state of a node by switching the machine off. */
const ANNOUNCE_SECONDS = 15;

/**
 * Installs HAOS on a disk, or into an existing layout, without questions. Checks everything before
 * the first write. If it then fails or is aborted or killed, a formatted disk has neither a menu to
 * boot from nor the label of a state partition, so nothing treats it as a node: both are written
 * last. A second run succeeds.
 */
export function install(options: InstallOptions): Promise<InstallReport> {
  return withLock(options.host, '/run/haos/install.lock', () =>
    withCleanUp((cleanUp) => installAlone(options, cleanUp)),
  );
}

async function installAlone(options: InstallOptions, cleanUp: CleanUp): Promise<InstallReport> {
  const { host, signal, onEvent } = options;
  const { plan, passphrase, ...found } = await prepare(options, cleanUp);
  if (!plan) return { status: 'refused', ...found };
  if (!(await isConfirmed(options, plan))) return { status: 'declined', ...found };
  const { replacesState, existing } = plan;
  const disk = plan.disk.path;
  const seconds = replacesState ? ANNOUNCE_SECONDS : 0;
  const kept = existing && { kept: existing.state };
  onEvent?.({ kind: 'announce', disk, replacesState, seconds, ...kept });
  if (seconds > 0) await host.clock.sleep(seconds * 1000, signal);
  signal?.throwIfAborted();
  const stateUuid = await withCleanUp((onFailure) => {
    onFailure.onError(() => onEvent?.({ kind: 'stopped', disk, ...kept }));
    return writeDisk(options, plan, passphrase);
  });
  return { status: 'installed', ...found, disk, stateUuid, set: plan.image.set };
}

/** The signal ends the wait for an answer that may never come. */
async function isConfirmed({ confirm, signal }: InstallOptions, plan: InstallPlan): Promise<boolean> {
  if (!confirm) return true;
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([confirm(plan), aborted]);
}

/** Makes all changes to the disk. */
async function writeDisk(
  options: InstallOptions,
  plan: InstallPlan,
  passphrase: string | undefined,
): Promise<string> {
  const { host, signal } = options;
  const mountPoint = mountPointOf(options);
  await releaseMounts(host, mountPoint);
  await closeVolume(host);
  const places = plan.existing ?? (await format(options, plan, passphrase));
  const stateUuid = await readUuid(host, places.state);
  signal?.throwIfAborted();
  const mount = (cleanUp: CleanUp) => mountState(host, cleanUp, { partition: places.state, mountPoint });
  const files = await withCleanUp(async (cleanUp) => {
    await mount(cleanUp);
    await mountData(options, cleanUp, { data: places.data, passphrase });
    return fill(options, { plan, places, stateUuid });
  });
  tell(options, 'verify');
  await withCleanUp(async (cleanUp) => {
    // Unmounting emptied the cache, so this reads the disk.
    await mount(cleanUp);
    await verify(options, files);
    signal?.throwIfAborted();
    await writeStart(options, { plan, places, stateUuid });
  });
  await labelState(host, places.state, STATE_LABEL);
  return stateUuid;
}

interface Written {
  plan: InstallPlan;
  places: Places;
  stateUuid: string;
}

/** Writes what makes the disk start the new system: the menu of GRUB, or the boot image. */
async function writeStart(options: InstallOptions, { plan, places, stateUuid }: Written): Promise<void> {
  const { host } = options;
  const root = mountPointOf(options);
  const { bootFiles, existing } = plan;
  if (bootFiles && places.efi !== undefined) {
    tell(options, 'boot-loader');
    await placeBootFiles(host, bootFiles, { efi: places.efi, system: `${root}${layout.system}` });
  }
  if (bootFiles && grubFirmware(plan).length === 0) return;
  await writeMenu(host, { ...options.boot, root, stateUuid, counts: !existing?.isStacked });
}

/** Returns each firmware that GRUB is installed for. */
function grubFirmware({ firmware, bootFiles }: InstallPlan): readonly Firmware[] {
  return listFirmware(firmware).filter((each) => each === 'bios' || !bootFiles);
}

async function format(
  options: InstallOptions,
  { disk, firmware }: InstallPlan,
  passphrase: string | undefined,
): Promise<Places> {
  const { host } = options;
  const plan = planPartitions({ firmware, size: disk.size, encrypts: passphrase !== undefined });
  tell(options, 'format');
  await partitionDisk(host, disk.path, plan);
  await makeFileSystems(host, disk.path, plan);
  const places = placesOf(disk, plan);
  if (places.data && passphrase) {
    const volume = { partition: places.data, passphrase };
    await makeVolume(host, volume);
    await withCleanUp(async (cleanUp) => makeExt4(host, await openVolume(host, cleanUp, volume)));
  }
  return places;
}

/** Mounts the encrypted data, if there are any, where they are below a mounted state partition. */
async function mountData(
  options: InstallOptions,
  cleanUp: CleanUp,
  { data, passphrase }: { data: string | undefined; passphrase: string | undefined },
): Promise<void> {
  if (!data || !passphrase) return;
  const { host } = options;
  const partition = await openVolume(host, cleanUp, { partition: data, passphrase });
  const mountPoint = `${mountPointOf(options)}${layout.private}`;
  await mountState(host, cleanUp, { partition, mountPoint });
}

function tell({ onEvent }: InstallOptions, step: Extract<InstallEvent, { kind: 'step' }>['step']): void {
  onEvent?.({ kind: 'step', step });
}

const mountPointOf = ({ target }: InstallOptions) => target?.mountPoint ?? MOUNT_POINT;

/** Writes everything except the menu to the state partition; resolves to the files of the image. */
async function fill(options: InstallOptions, { plan, places, stateUuid }: Written): Promise<TreeFile[]> {
  const { host, signal, onEvent, boot = {} } = options;
  const { image, configuration } = plan;
  const firmware = grubFirmware(plan);
  const mountPoint = mountPointOf(options);
  tell(options, 'copy');
  const onProgress = (done: number) => onEvent?.({ kind: 'progress', done, total: image.size });
  const files = await putSystem(host, image, { onProgress, signal, root: mountPoint });
  tell(options, 'configure');
  // A takeover that never rebooted left this marker; what it would delete is now kept.
  host.files.remove(`${mountPoint}${TAKEOVER_MARKER}`);
  if (places.data) await describeEncryption(host, { root: mountPoint, data: places.data });
  if (places.data && plan.usesTpm) host.files.write(`${mountPoint}${layout.tpm}`, '', { mode: 0o600 });
  const entries = plan.existing?.entries;
  await putState(host, image.set, { configuration, root: mountPoint, entries });
  if (boot.loader === false || firmware.length === 0) return files;
  tell(options, 'boot-loader');
  await withCleanUp((cleanUp) =>
    installBootLoader(host, cleanUp, { places, firmware, mountPoint, stateUuid, tools: boot.tools }),
  );
  return files;
}

/** Writes what early boot needs to find the encrypted data, and where they begin. */
async function describeEncryption(host: Host, { root, data }: { root: string; data: string }): Promise<void> {
  const number = /\d+$/.exec(data)?.[0];
  const path = `${root}${layout.encryption}`;
  host.files.write(path, `${number} ${await readVolumeUuid(host, data)}\n`, { mode: 0o644 });
  host.files.makeDirectory(`${root}${layout.private}`, { mode: 0o700 });
  host.files.makeDirectory(`${root}${layout.private}/data`);
}

async function verify(options: InstallOptions, files: readonly TreeFile[]): Promise<void> {
  const { host, signal, onEvent } = options;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const onProgress = (done: number) => onEvent?.({ kind: 'progress', done, total });
  const system = `${mountPointOf(options)}${layout.system}`;
  await verifyTree(host, system, { files, onProgress, signal });
}
