import { resolve } from 'node:path';
import { install, openMedium, openScratch, preflight, withCleanUp } from '@haos/install';
import { type Host, withLock } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, refusal, usageError } from '../failure.js';
import { printEvent, printInstall } from '../install/print-install.js';
import { openNode } from '../upgrade/open-node.js';
import { checkDigest } from './check-digest.js';

/** On a disk, in a directory that only root can write to, where programs may be started: /run is none of it everywhere. */
const SCRATCH = '/var/lib/haos-install';
const LOCK = '/run/haos/install-js.lock';

const MISSING = ['takeover', 'no-format', 'no-bootloader'];

interface Call {
  invocation: Invocation;
  context: Context;
  signal: AbortSignal;
}

/** `install.js DEVICE ISO`. */
export async function runInstallJs(invocation: Invocation, context: Context): Promise<ExitStatus> {
  const [device, iso, ...more] = invocation.operands;
  if (device === undefined || iso === undefined || more.length > 0)
    throw usageError('a disk and an ISO have to be named, nothing else');
  const missing = MISSING.find((name) => invocation.has(name));
  if (missing) throw refusal(`--${missing} is not possible yet`, 'name a whole disk that may be formatted');
  const host = openNode(context);
  const ended = new AbortController();
  const call = { invocation, context, signal: ended.signal };
  const work = withLock(host, LOCK, () => installFrom(host, { device, iso: resolve(iso) }, call));
  context.onInterrupt(() => {
    ended.abort(new CommandFailure(EXIT.failed, 'interrupted'));
    return work.catch(() => undefined);
  });
  const status = await work;
  if (status === EXIT.done && invocation.has('poweroff') && !invocation.has('check'))
    await host.run('poweroff', []);
  return status;
}

function installFrom(
  machine: Host,
  { device, iso }: { device: string; iso: string },
  { invocation, context, signal }: Call,
): Promise<ExitStatus> {
  return withCleanUp(async (cleanUp) => {
    if (machine.files.stat(iso)?.type !== 'file')
      throw refusal(`there is no file ${iso}`, 'name the ISO; what is on the disk was not touched');
    await checkDigest(machine, iso, { sha256: invocation.text('sha256'), signal });
    await openScratch(machine, cleanUp, SCRATCH);
    const { host, image, tools, configuration } = await openMedium(machine, cleanUp, {
      iso,
      scratch: SCRATCH,
    });
    const given = invocation.text('config');
    const tty = invocation.text('tty');
    const options = {
      host,
      image,
      tools,
      device,
      configUrl: given === undefined ? (configuration ?? writeEmpty(machine)) : locate(given),
      allowEmptyConfig: given === undefined || invocation.has('allow-empty-config'),
      ...(invocation.has('force-efi') && { firmware: 'efi' as const }),
      ...(tty !== undefined && { tty }),
      debug: invocation.has('debug'),
      signal,
    };
    const result = invocation.has('check')
      ? await preflight(options)
      : await install({ ...options, onEvent: (event) => printEvent(event, context) });
    return printInstall(result, { invocation, context });
  });
}

function locate(config: string): string {
  return /^https?:/i.test(config) ? config : resolve(config);
}

/** What this machine is configured with is not meant for the node. */
function writeEmpty(host: Host): string {
  const path = `${SCRATCH}/empty.yaml`;
  host.files.write(path, '');
  return path;
}
