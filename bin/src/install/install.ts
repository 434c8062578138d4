import { type Install, readConfig } from '@haos/cc';
import { type InstallOptions, install, preflight } from '@haos/install';
import { type Host, layout, readMode } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { openNode } from '../upgrade/open-node.js';
import { printEvent, printInstall } from './print-install.js';

/** Milliseconds to read what was said before the machine restarts. */
const LAST_LOOK = 5_000;

/** `haos install`: the silent installation, or only its checks. */
export async function runInstall(invocation: Invocation, context: Context): Promise<ExitStatus> {
  const host = openNode(context);
  const { config } = await readConfig(host);
  const configured = config.haos?.install ?? {};
  const options = toOptions(host, invocation, configured);
  if (invocation.has('check')) return printInstall(await preflight(options), { invocation, context });
  if (!invocation.has('silent') && configured.silent !== true)
    throw usageError('no question can be asked yet', 'name what is needed, and --silent');
  const ended = new AbortController();
  const work = install({ ...options, signal: ended.signal, onEvent: (event) => printEvent(event, context) });
  context.onInterrupt(() => {
    ended.abort(new CommandFailure(EXIT.failed, 'interrupted'));
    return work.catch(() => undefined);
  });
  const result = await work;
  const status = await printInstall(result, { invocation, context });
  if (status === EXIT.done)
    await leave(host, { invocation, context, powersOff: configured.powerOff === true });
  return status;
}

/** What was named on the command line, else in the configuration. */
function toOptions(host: Host, invocation: Invocation, configured: Install): InstallOptions {
  if (configured.noFormat) throw usageError('an existing layout cannot be used yet (haos.install.no_format)');
  const texts = {
    device: invocation.text('device') ?? configured.device,
    configUrl: invocation.text('config-url') ?? configured.configUrl,
    tty: invocation.text('tty') ?? configured.tty,
    image: invocation.text('image'),
  };
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  const isEfi = invocation.has('force-efi') || configured.forceEfi === true;
  return {
    host,
    ...given,
    ...(isEfi && { firmware: 'efi' as const }),
    allowEmptyConfig: invocation.has('allow-empty-config'),
    debug: invocation.has('debug') || configured.debug === true,
    keepsState: cameByFallback(host),
  };
}

/** Mode install because no state partition was found: the one that shows up late is somebody's node. */
function cameByFallback(host: Host): boolean {
  const words = (host.files.readTextIfExists(layout.kernelCommandLine) ?? '').split(/\s+/);
  return words.includes('haos.fallback_mode=install') && !words.includes('haos.mode=install');
}

async function leave(
  host: Host,
  { invocation, context, powersOff }: { invocation: Invocation; context: Context; powersOff: boolean },
): Promise<void> {
  const isPoweringOff = invocation.has('power-off') || powersOff;
  if (!isPoweringOff && !invocation.has('reboot') && readMode(host) !== 'install') return;
  context.err(`install: ${isPoweringOff ? 'powering off' : 'restarting'} in ${LAST_LOOK / 1000} seconds\n`);
  await host.clock.sleep(LAST_LOOK);
  await host.run(isPoweringOff ? 'poweroff' : 'reboot', []);
}
