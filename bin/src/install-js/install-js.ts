import { resolve } from 'node:path';
import { proxyOf } from '@haos/cc/internal';
import { type Host, withLock } from '@haos/host';
import { withCleanUp } from '@haos/host/internal';
import { type Installation, type InstallReport, install, type Preflight, preflight } from '@haos/install';
import { type Medium, openMedium } from '@haos/install/internal';
import type { Check } from '@haos/system';
import { isUrl, openScratch } from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { usageError } from '../failure.js';
import { printDownload, printEvents, printInstall } from '../install/print-install.js';
import { type InstallationInvocation, readInstallation } from '../install/read-installation.js';
import { interruptible } from '../interruptible.js';
import { openNode } from '../upgrade/open-node.js';
import { runTakeover } from './takeover.js';

/**
 * On a disk, in a directory that only root can write to and where programs may run. /run does not
 * meet these conditions everywhere.
 */
const SCRATCH = '/var/lib/haos-install';
const LOCK = '/run/haos/install-js.lock';

declare const HAOS_RELEASE_KEYS: readonly string[];

/** What the command line asks for. */
interface Wanted extends Required<Installation> {
  device: string;
  /** A URL or an absolute path. */
  iso: string;
}

/** The options that `install.js` and its parts read. */
type InstallJsInvocation = InstallationInvocation &
  Invocation<'config' | 'format', 'check' | 'takeover' | 'poweroff' | 'yes'>;

interface Call {
  invocation: InstallJsInvocation;
  context: Context;
  signal: AbortSignal;
}

/** `install.js DEVICE ISO`: installs HAOS, takes over the running Linux, or only checks. */
export async function runInstallJs(invocation: InstallJsInvocation, context: Context): Promise<ExitStatus> {
  const wanted = readWanted(invocation);
  const host = openNode(context);
  const { signal, guard } = interruptible(context);
  const work = withLock(host, LOCK, () => installFrom(host, wanted, { invocation, context, signal }));
  const status = await guard(work);
  const isDone = status === EXIT.done && !invocation.has('check');
  // After a takeover its first boot powers off.
  if (isDone && invocation.has('poweroff') && !invocation.has('takeover')) await host.run('poweroff', []);
  return status;
}

function readWanted(invocation: InstallJsInvocation): Wanted {
  const [device, named, ...more] = invocation.operands;
  if (device === undefined || named === undefined)
    throw usageError(`${device === undefined ? 'the disk and the ISO are' : 'the ISO is'} missing`);
  if (more.length > 0)
    throw usageError(`unexpected operand ${JSON.stringify(more[0])} after the disk and the ISO`);
  const [iso, given] = [locate(named), invocation.text('config')];
  const url = given === undefined ? undefined : locate(given);
  const { config, ...rest } = readInstallation(invocation, { device, url, iso });
  const keepsData = invocation.has('no-format') || invocation.has('takeover');
  const isOfIso = url === undefined;
  const allowEmpty = isOfIso || invocation.has('allow-empty-config');
  return { ...rest, device, iso, config: { ...config, allowEmpty, keep: isOfIso && keepsData } };
}

function locate(source: string): string {
  return isUrl(source) ? source : resolve(source);
}

function installFrom(machine: Host, wanted: Wanted, call: Call): Promise<ExitStatus> {
  const { invocation, context, signal } = call;
  return withCleanUp(async (cleanUp) => {
    await openScratch(machine, cleanUp, SCRATCH);
    const proxy = proxyOf(context.env);
    const { checks, medium } = await openMedium(machine, cleanUp, {
      ...wanted.image,
      ...{ iso: wanted.iso, scratch: SCRATCH, keys: HAOS_RELEASE_KEYS },
      ...{ proxy, signal, onDownload: printDownload(context, 'install') },
    });
    if (!medium) return printInstall(reportOf(checks, invocation), { invocation, context });
    const options = { ...toOptions(machine, wanted, medium), proxy, signal };
    if (invocation.has('takeover'))
      return runTakeover({ ...options, target: { device: wanted.device } }, call);
    const result = invocation.has('check')
      ? await preflight(options)
      : await install({ ...options, onEvent: printEvents(context) });
    return printInstall(result, { invocation, context });
  });
}

/** Installs from an open ISO, with its programs, and by default with its configuration. */
function toOptions(
  machine: Host,
  { target, image, config, boot }: Wanted,
  { host, directory, tools, configuration }: Medium,
) {
  const url = config.url ?? configuration ?? writeEmpty(machine);
  const { kernelKind, insecure } = image;
  return {
    host,
    target,
    image: {
      directory,
      scratch: SCRATCH,
      keys: HAOS_RELEASE_KEYS,
      ...(insecure && { insecure }),
      ...(kernelKind && { kernelKind }),
    },
    config: { ...config, url },
    boot: { ...boot, tools },
  };
}

/** Returns the report for a check that failed before the others could run. */
function reportOf(checks: readonly Check[], invocation: InstallJsInvocation): InstallReport | Preflight {
  const found = { checks, issues: [], texts: new Map<string, string>() };
  return invocation.has('check') ? { ...found, plan: undefined } : { ...found, status: 'refused' };
}

/** Writes an empty configuration, because that of this machine is not meant for the node. */
function writeEmpty(host: Host): string {
  const path = `${SCRATCH}/empty.yaml`;
  host.files.write(path, '');
  return path;
}
