import type { Issue } from '@haos/cc';
import { type Host, type ProxySettings, withLock } from '@haos/host';
import { type CleanUp, verifyTree, withCleanUp } from '@haos/host/internal';
import { type Check, layout } from '@haos/system';
import { checkConsoles, type ReleaseSet } from '@haos/system/internal';
import { writeMenu } from '../boot/write-menu.js';
import { type Configuration, findConfiguration } from '../configuration.js';
import { type Firmware, STATE_LABEL } from '../disk/partitions.js';
import type { Image } from '../image/image.js';
import { type ImageOptions, openImage } from '../image/open-image.js';
import type { InstallEvent } from '../install.js';
import { detectFirmware } from '../preflight.js';
import { putComponents, putState, TAKEOVER_MARKER } from '../put-system.js';
import { checkTakeover, type TakeoverTarget } from './takeover-checks.js';

export interface TakeoverOptions extends ImageOptions {
  host: Host;
  /** The partition of the running distribution's root file system, such as `/dev/vda1`. */
  device: string;
  /** The configuration: an http or https URL, or an absolute path. */
  configUrl?: string;
  /** Accept a configuration that configures nothing. Default false. */
  allowEmptyConfig?: boolean;
  /**
   * Confirms the takeover, after all checks and before the first write; `false` ends it unchanged.
   */
  confirm: (target: TakeoverTarget) => boolean | Promise<boolean>;
  /**
   * The console of the installed system, such as `ttyS0`. Default, also with `auto`: the consoles
   * in use.
   */
  tty?: string;
  /** Log more on the installed system. Default false. */
  debug?: boolean;
  /** Power off after the clean-up at the first boot, instead of rebooting. Default false. */
  powerOff?: boolean;
  /** The firmware to install for. Default: that with which the running machine was booted. */
  firmware?: Firmware;
  /** The mount point of the root file system. Default `/`. */
  root?: string;
  proxy?: ProxySettings;
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
  const { host, device, root } = options;
  const { check, configuration, issues, texts } = await findConfiguration(host, options);
  const { checks: imageChecks, image } = await openImage(host, cleanUp, options);
  const firmware = options.firmware ?? detectFirmware(host);
  const size = image?.size ?? 0;
  const found = await checkTakeover(host, { device, firmware, size, ...(root !== undefined && { root }) });
  const { target } = found;
  const commandLine = host.files.readTextIfExists(layout.kernelCommandLine) ?? '';
  const checks = [check, ...imageChecks, checkConsoles(options.tty, commandLine), ...found.checks];
  const report = { status: 'refused' as const, checks, issues, texts, ...(target && { target }) };
  if (!checks.every(({ ok }) => ok) || !configuration || !image || !target) return { report };
  return { report: { ...report, set: image.set }, work: { configuration, image, target } };
}

/**
 * Writes everything: first the copy, which does not affect the distribution, last `grub.cfg`, which
 * is the point of no return.
 */
async function write(options: TakeoverOptions, { configuration, image, target }: Work): Promise<void> {
  const { host, signal, onEvent } = options;
  const root = options.root === '/' ? '' : (options.root ?? '');
  const system = `${root}${layout.system}`;
  const streaming = {
    onProgress: (done: number) => onEvent?.({ kind: 'progress', done, total: image.size }),
    ...(signal && { signal }),
  };
  onEvent?.({ kind: 'step', step: 'copy' });
  const files = await putComponents(host, image, { ...streaming, system });
  onEvent?.({ kind: 'step', step: 'verify' });
  await verifyTree(host, system, { ...streaming, files });
  onEvent?.({ kind: 'step', step: 'configure' });
  await putState(host, image.set, { configuration, root });
  const marker = renderMarker(target.uuid, options.powerOff === true);
  host.files.write(`${root}${TAKEOVER_MARKER}`, marker, { mode: 0o600 });
  onEvent?.({ kind: 'step', step: 'boot-loader' });
  await writeMenu(host, { ...options, root, stateUuid: target.uuid });
  // Only now, because until here the distribution may find its root by its label.
  await host.run('tune2fs', ['-L', STATE_LABEL, target.partition.path]);
}

function renderMarker(uuid: string, powerOff: boolean): string {
  return `haos-takeover 1\nuuid ${uuid}\nthen ${powerOff ? 'poweroff' : 'reboot'}\n`;
}
