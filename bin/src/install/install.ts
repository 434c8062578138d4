import { type Install, proxyOf, readConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import { type InstallOptions, install, preflight } from '@haos/install';
import { cameFromMedium } from '@haos/install/internal';
import { readMode } from '@haos/system';
import { isInstallByFallback } from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, refusal, usageError } from '../failure.js';
import { openNode } from '../upgrade/open-node.js';
import { printDownload, printEvents, printInstall } from './print-install.js';
import type { RunInstallation } from './run-interview.js';

/** The options that `haos install` and its parts read. */
type InstallInvocation = Invocation<
  'answers' | 'device' | 'config-url' | 'image' | 'iso' | 'sha256' | 'tty' | 'format',
  | 'silent'
  | 'check'
  | 'no-format'
  | 'no-bootloader'
  | 'allow-empty-config'
  | 'insecure'
  | 'force-efi'
  | 'debug'
  | 'reboot'
  | 'power-off'
>;

/** Milliseconds that the messages stay on the screen before the machine restarts. */
const LAST_LOOK = 5_000;

/**
 * `haos install`: asks for what is not known (nothing with --silent) and installs, or only runs the
 * checks.
 */
export async function runInstall(invocation: InstallInvocation, context: Context): Promise<ExitStatus> {
  if (context.isInstalled())
    throw refusal(
      'HAOS_ALREADY_INSTALLED',
      'this node is already installed',
      'Configure it with haos config, or boot the HAOS medium to install it again.',
    );
  const host = openNode(context);
  const { config } = await readConfig(host);
  const configured = config.haos?.install ?? {};
  const onDownload = printDownload(context, 'install');
  const proxy = proxyOf(config.haos?.environment ?? {});
  const options = { ...toOptions(host, invocation, configured), proxy, onDownload };
  if (invocation.has('check')) return printInstall(await preflight(options), { invocation, context });
  if (invocation.has('silent') && invocation.has('answers'))
    throw usageError('--silent and --answers cannot be used together', 'Leave out one of them.');
  const isSilent = invocation.has('silent') || configured.silent === true;
  const run = createRun(options, { invocation, context, powerOff: configured.powerOff === true });
  if (isSilent) return run({}, { restarts: readMode(host) === 'install' });
  const { runInterview } = await import('./run-interview.js');
  return runInterview(options, { invocation, context, run });
}

/**
 * Returns a function that installs. From here on an interruption ends the process; during the
 * installation, after its clean-up.
 */
function createRun(
  options: InstallOptions,
  { invocation, context, powerOff }: { invocation: InstallInvocation; context: Context; powerOff: boolean },
): RunInstallation {
  const ended = new AbortController();
  let work: Promise<unknown> = Promise.resolve();
  context.onInterrupt(() => {
    ended.abort(new CommandFailure(EXIT.failed, 'interrupted'));
    return work.catch(() => undefined);
  });
  return async (more, { restarts }) => {
    const onEvent = printEvents(context);
    const installing = install({ ...options, ...more, signal: ended.signal, onEvent });
    work = installing;
    const status = await printInstall(await installing, { invocation, context });
    if (status === EXIT.done) await leave(options.host, { invocation, context, powerOff, restarts });
    return status;
  };
}

/** Returns the options of the command line, else those of the configuration. */
function toOptions(host: Host, invocation: InstallInvocation, configured: Install): InstallOptions {
  const texts = {
    device: invocation.text('device') ?? configured.device,
    configUrl: invocation.text('config-url') ?? configured.configUrl,
    tty: invocation.text('tty') ?? configured.tty,
    image: invocation.text('image'),
    iso: invocation.text('iso') ?? (cameFromMedium(host) ? undefined : configured.isoUrl),
    isoSha256: invocation.text('sha256') ?? configured.isoSha256,
  };
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  const isEfi = invocation.has('force-efi') || configured.forceEfi === true;
  return {
    host,
    ...given,
    ...(isEfi && { firmware: 'efi' as const }),
    isInsecure: invocation.has('insecure'),
    format: !invocation.has('no-format') && configured.noFormat !== true,
    bootLoader: !invocation.has('no-bootloader'),
    allowEmptyConfig: invocation.has('allow-empty-config'),
    debug: invocation.has('debug') || configured.debug === true,
    keepState: isInstallByFallback(host),
  };
}

async function leave(
  host: Host,
  {
    invocation,
    context,
    powerOff,
    restarts,
  }: { invocation: InstallInvocation; context: Context; powerOff: boolean; restarts: boolean },
): Promise<void> {
  const isPoweringOff = invocation.has('power-off') || powerOff;
  if (!isPoweringOff && !invocation.has('reboot') && !restarts) return;
  context.err(`install: ${isPoweringOff ? 'powering off' : 'rebooting'} in ${LAST_LOOK / 1000} seconds\n`);
  await host.clock.sleep(LAST_LOOK);
  await host.run(isPoweringOff ? 'poweroff' : 'reboot', []);
}
