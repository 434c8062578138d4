import type { Issue } from '@haos/cc';
import { withLock } from '@haos/host';
import { type CleanUp, verifyTree, withCleanUp } from '@haos/host/internal';
import { type Check, layout } from '@haos/system';
import {
  checkConsoles,
  failed,
  type Image,
  openImage,
  type ReleaseSet,
  STATE_LABEL,
} from '@haos/system/internal';
import { readCommandLine } from '../boot/read-command-line.js';
import { writeMenu } from '../boot/write-menu.js';
import { type Configuration, findConfiguration } from '../configuration.js';
import type { InstallEvent } from '../install.js';
import { detectFirmware, type PreflightOptions } from '../preflight.js';
import { putState, putSystem, TAKEOVER_MARKER } from '../put-system.js';
import { checkTakeover, type TakeoverTarget } from './takeover-checks.js';

export interface TakeoverOptions extends Omit<PreflightOptions, 'target'> {
  target: {
    /** The partition of the running distribution's root file system, such as `/dev/vda1`. */
    device: string;
    /** The mount point of that file system. Default `/`. */
    root?: string;
  };
  /**
   * Confirms the takeover, after all checks and before the first write; `false` ends it unchanged.
   */
  confirm: (target: TakeoverTarget) => boolean | Promise<boolean>;
  /** Power off after the clean-up at the first boot, instead of rebooting. Default false. */
  powerOff?: boolean;
  onEvent?: (event: InstallEvent) => void;
}

export interface TakeoverReport {
  /** `refused`: a check failed, or the takeover was not confirmed; nothing was written. */
  status: 'installed' | 'refused';
  checks: readonly Check[];
  issues: readonly Issue[];
  texts: ReadonlyMap<string, string>;
  /** Only if all checks were ok, as is `set`. */
  target?: TakeoverTarget;
  set?: ReleaseSet;
}

/** Checks whether a takeover is possible, and lists what it would delete. Writes nothing. */
export function preflightTakeover(options: TakeoverOptions): Promise<TakeoverReport> {
  return withCleanUp(async (cleanUp) => {
    const { report } = await prepareTakeover(options, cleanUp);
    return report;
  });
}

/**
 * Installs HAOS into the root file system of the running distribution, whose GRUB boots it from
 * then on. The first boot deletes everything else. Until the last step, which replaces `grub.cfg`
 * (the old one stays beside it), the distribution boots as before.
 */
export function takeOver(options: TakeoverOptions): Promise<TakeoverReport> {
  return withLock(options.host, '/run/haos/install.lock', () =>
    withCleanUp(async (cleanUp) => {
      const { report, work } = await prepareTakeover(options, cleanUp);
      if (!work || !(await options.confirm(work.target))) return report;
      options.signal?.throwIfAborted();
      await write(options, work);
      return { ...report, status: 'installed' };
    }),
  );
}

interface Work {
  configuration: Configuration;
  image: Image;
  target: TakeoverTarget;
}

async function prepareTakeover(
  options: TakeoverOptions,
  cleanUp: CleanUp,
): Promise<{ report: TakeoverReport; work?: Work }> {
  const { host, boot = {} } = options;
  const { check, configuration, issues, texts } = await findConfiguration(host, {
    ...options,
    ...options.config,
  });
  const { checks: imageChecks, image } = await openImage(host, cleanUp, { ...options, ...options.image });
  const firmware = boot.firmware ?? detectFirmware(host);
  const found = await checkTakeover(host, { ...options.target, firmware, size: image?.size ?? 0 });
  const { target } = found;
  const { commandLine = readCommandLine(host) } = boot;
  const checks = [
    check,
    ...imageChecks,
    checkConsoles(boot.tty, commandLine),
    ...found.checks,
    ...(boot.bootImage === undefined ? [] : [refuseBootImage()]),
  ];
  const report = { status: 'refused' as const, checks, issues, texts, ...(target && { target }) };
  if (!checks.every(({ ok }) => ok) || !configuration || !image || !target) return { report };
  return { report: { ...report, set: image.set }, work: { configuration, image, target } };
}

function refuseBootImage(): Check {
  const hint = 'Install on a whole disk, or leave it out.';
  return failed('boot-image', 'the GRUB of the running system cannot start a boot image', hint);
}

/**
 * Writes everything: first the copy, which does not affect the distribution, last `grub.cfg`, which
 * is the point of no return.
 */
async function write(options: TakeoverOptions, { configuration, image, target }: Work): Promise<void> {
  const { host, signal, onEvent } = options;
  const root = options.target.root?.replace(/\/$/, '') ?? '';
  const system = `${root}${layout.system}`;
  const onProgress = (done: number) => onEvent?.({ kind: 'progress', done, total: image.size });
  onEvent?.({ kind: 'step', step: 'copy' });
  const files = await putSystem(host, image, { onProgress, signal, root });
  onEvent?.({ kind: 'step', step: 'verify' });
  await verifyTree(host, system, { files, onProgress, signal });
  onEvent?.({ kind: 'step', step: 'configure' });
  await putState(host, image.set, { configuration, root });
  const marker = renderMarker(target.uuid, options.powerOff === true);
  host.files.write(`${root}${TAKEOVER_MARKER}`, marker, { mode: 0o600 });
  onEvent?.({ kind: 'step', step: 'boot-loader' });
  await writeMenu(host, { ...options.boot, root, stateUuid: target.uuid });
  // Only now, because until here the distribution may find its root by its label.
  await host.run('tune2fs', ['-L', STATE_LABEL, target.partition.path]);
}

function renderMarker(uuid: string, powerOff: boolean): string {
  return `haos-takeover 1\nuuid ${uuid}\nthen ${powerOff ? 'poweroff' : 'reboot'}\n`;
}
