import { resolve } from 'node:path';
import { proxyOf } from '@haos/cc';
import { install, isUrl, openMedium, openScratch, preflight, withCleanUp } from '@haos/install';
import { type Host, withLock } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { printEvent, printInstall } from '../install/print-install.js';
import { openNode } from '../upgrade/open-node.js';
import { bringIso } from './bring-iso.js';
import { runTakeover } from './takeover.js';

/** On a disk, in a directory that only root can write to, where programs may be started: /run is none of it everywhere. */
const SCRATCH = '/var/lib/haos-install';
const LOCK = '/run/haos/install-js.lock';

/** What is named, as absolute paths. */
interface Named {
  device: string;
  /** A path or a URL. */
  iso: string;
  /** Lower-case hex. */
  sha256: string | undefined;
}

interface Call {
  invocation: Invocation;
  context: Context;
  signal: AbortSignal;
}

/** `install.js DEVICE ISO`. */
export async function runInstallJs(invocation: Invocation, context: Context): Promise<ExitStatus> {
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
  // After a takeover it is the first boot that ends so.
  if (isDone && invocation.has('poweroff') && !invocation.has('takeover')) await host.run('poweroff', []);
  return status;
}

function readNamed(invocation: Invocation): Named {
  const [device, iso, ...more] = invocation.operands;
  if (device === undefined || iso === undefined || more.length > 0)
    throw usageError('a disk and an ISO have to be named, nothing else');
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
    const path = await bringIso(machine, cleanUp, { ...wanted, directory: SCRATCH, proxy, ...call });
    const { configuration, ...medium } = await openMedium(machine, cleanUp, {
      iso: path,
      scratch: SCRATCH,
    });
    const configUrl = locateConfig(invocation) ?? configuration ?? writeEmpty(machine);
    const options = { ...medium, ...readOptions(invocation), device, configUrl, proxy, signal };
    if (invocation.has('takeover')) return runTakeover(options, call);
    const result = invocation.has('check')
      ? await preflight(options)
      : await install({ ...options, onEvent: (event) => printEvent(event, context) });
    return printInstall(result, { invocation, context });
  });
}

function readOptions(invocation: Invocation) {
  const tty = invocation.text('tty');
  return {
    allowEmptyConfig: !invocation.has('config') || invocation.has('allow-empty-config'),
    ...(invocation.has('force-efi') && { firmware: 'efi' as const }),
    ...(tty !== undefined && { tty }),
    format: !invocation.has('no-format'),
    bootLoader: !invocation.has('no-bootloader'),
    keepsConfig: !invocation.has('config'),
    debug: invocation.has('debug'),
  };
}

function locateConfig(invocation: Invocation): string | undefined {
  const given = invocation.text('config');
  return given === undefined || isUrl(given) ? given : resolve(given);
}

/** What this machine is configured with is not meant for the node. */
function writeEmpty(host: Host): string {
  const path = `${SCRATCH}/empty.yaml`;
  host.files.write(path, '');
  return path;
}
