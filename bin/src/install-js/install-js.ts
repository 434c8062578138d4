import { resolve } from 'node:path';
import { proxyOf } from '@haos/cc/internal';
import { type Host, isHaosError, withLock } from '@haos/host';
import { type CleanUp, withCleanUp } from '@haos/host/internal';
import { type InstallReport, install, type Preflight, preflight } from '@haos/install';
import { isUrl, type Medium, openMedium, openScratch } from '@haos/install/internal';
import type { Check } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { printEvents, printInstall } from '../install/print-install.js';
import { openNode } from '../upgrade/open-node.js';
import { bringIso } from './bring-iso.js';
import { runTakeover } from './takeover.js';

/**
 * On a disk, in a directory that only root can write to and where programs may run. /run does not
 * meet these conditions everywhere.
 */
const SCRATCH = '/var/lib/haos-install';
const LOCK = '/run/haos/install-js.lock';

/** The operands and the digest; paths are absolute. */
interface Named {
  device: string;
  /** A path or a URL. */
  iso: string;
  /** Lower-case hex. */
  sha256: string | undefined;
}

/** The options that `install.js` and its parts read. */
type InstallJsInvocation = Invocation<
  'config' | 'sha256' | 'tty' | 'format',
  | 'check'
  | 'allow-empty-config'
  | 'insecure'
  | 'force-efi'
  | 'no-format'
  | 'no-bootloader'
  | 'takeover'
  | 'debug'
  | 'poweroff'
  | 'yes'
>;

interface Call {
  invocation: InstallJsInvocation;
  context: Context;
  signal: AbortSignal;
}

/** `install.js DEVICE ISO`: installs HAOS, takes over the running Linux, or only checks. */
export async function runInstallJs(invocation: InstallJsInvocation, context: Context): Promise<ExitStatus> {
  const named = readNamed(invocation);
  const host = openNode(context);
  const ended = new AbortController();
  const work = withLock(host, LOCK, () =>
    installFrom(host, named, { invocation, context, signal: ended.signal }),
  );
  context.onInterrupt(() => {
    ended.abort(new CommandFailure(EXIT.failed, 'interrupted'));
    return work.catch(() => undefined);
  });
  const status = await work;
  const isDone = status === EXIT.done && !invocation.has('check');
  // After a takeover its first boot powers off.
  if (isDone && invocation.has('poweroff') && !invocation.has('takeover')) await host.run('poweroff', []);
  return status;
}

function readNamed(invocation: InstallJsInvocation): Named {
  const [device, iso, ...more] = invocation.operands;
  if (device === undefined || iso === undefined)
    throw usageError(`${device === undefined ? 'the disk and the ISO are' : 'the ISO is'} missing`);
  if (more.length > 0)
    throw usageError(`unexpected operand ${JSON.stringify(more[0])} after the disk and the ISO`);
  const sha256 = invocation.text('sha256')?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw usageError('a SHA-256 digest has 64 hexadecimal digits');
  return { device, iso: isUrl(iso) ? iso : resolve(iso), sha256 };
}

function installFrom(machine: Host, { device, ...wanted }: Named, call: Call): Promise<ExitStatus> {
  const { invocation, context, signal } = call;
  return withCleanUp(async (cleanUp) => {
    await openScratch(machine, cleanUp, SCRATCH);
    const proxy = proxyOf(context.env);
    const found = await findMedium(machine, cleanUp, { ...wanted, directory: SCRATCH, proxy, ...call });
    if ('check' in found) return printInstall(reportOf(found.check, invocation), { invocation, context });
    const { configuration, ...medium } = found;
    const configUrl = locateConfig(invocation) ?? configuration ?? writeEmpty(machine);
    const options = { ...medium, ...readOptions(invocation), device, configUrl, proxy, signal };
    if (invocation.has('takeover')) return runTakeover(options, call);
    const result = invocation.has('check')
      ? await preflight(options)
      : await install({ ...options, onEvent: printEvents(context) });
    return printInstall(result, { invocation, context });
  });
}

/** Fetches the ISO and opens it; the other checks need its programs. */
async function findMedium(
  machine: Host,
  cleanUp: CleanUp,
  wanted: Parameters<typeof bringIso>[2],
): Promise<Medium | { check: Check }> {
  try {
    const found = await bringIso(machine, cleanUp, wanted);
    if ('check' in found) return found;
    return await openMedium(machine, cleanUp, { iso: found.path, scratch: SCRATCH });
  } catch (error) {
    if (!isHaosError(error) || wanted.signal.aborted) throw error;
    const { message, hint = 'Name another ISO.' } = error;
    return { check: { id: 'image', ok: false, message, hint } };
  }
}

/** Returns the report for a check that failed before the others could run. */
function reportOf(check: Check, invocation: InstallJsInvocation): InstallReport | Preflight {
  const found = { checks: [check], issues: [], texts: new Map<string, string>() };
  return invocation.has('check') ? { ...found, target: undefined } : { ...found, status: 'refused' };
}

function readOptions(invocation: InstallJsInvocation) {
  const tty = invocation.text('tty');
  return {
    allowEmptyConfig: !invocation.has('config') || invocation.has('allow-empty-config'),
    ...(invocation.has('force-efi') && { firmware: 'efi' as const }),
    ...(tty !== undefined && { tty }),
    format: !invocation.has('no-format'),
    bootLoader: !invocation.has('no-bootloader'),
    keepConfig: !invocation.has('config') && (invocation.has('no-format') || invocation.has('takeover')),
    debug: invocation.has('debug'),
  };
}

function locateConfig(invocation: InstallJsInvocation): string | undefined {
  const given = invocation.text('config');
  return given === undefined || isUrl(given) ? given : resolve(given);
}

/** Writes an empty configuration, because that of this machine is not meant for the node. */
function writeEmpty(host: Host): string {
  const path = `${SCRATCH}/empty.yaml`;
  host.files.write(path, '');
  return path;
}
