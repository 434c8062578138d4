import { resolve } from 'node:path';
import { type Install, proxyOf, readConfig } from '@haos/cc/internal';
import type { Host } from '@haos/host';
import { type InstallOptions, install, preflight, type TargetOptions } from '@haos/install';
import { readMode } from '@haos/system';
import { cameFromMedium, enrollKeys, isInstallByFallback, planEnrolment } from '@haos/system/internal';
import type { Context } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { refusal, usageError } from '../failure.js';
import { interruptible } from '../interruptible.js';
import { openNode } from '../upgrade/open-node.js';
import { runInstallToFile } from './install-to-file.js';
import type { InstallInvocation } from './options.js';
import { printDownload, printEvents, printInstall } from './print-install.js';
import { readInstallation } from './read-installation.js';
import type { RunInstallation } from './run-interview.js';

/** What follows an installation; undefined: what is usual where it runs. */
type Next = 'reboot' | 'power-off' | undefined;

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
  const path = invocation.text('to-file');
  if (path !== undefined) return runInstallToFile(path, invocation, { context, proxy: proxyOf(context.env) });
  if (invocation.has('size')) throw usageError('--size needs --to-file', 'Name the file.');
  const host = openNode(context);
  const { config } = await readConfig(host);
  const configured = config.haos?.install ?? {};
  const onDownload = printDownload(context, 'install');
  const proxy = proxyOf(config.haos?.environment ?? {});
  const options = { host, ...readOptions(host, invocation, configured), proxy, onDownload };
  if (invocation.has('check')) return printInstall(await preflight(options), { invocation, context });
  if (invocation.has('silent') && invocation.has('answers'))
    throw usageError('--silent and --answers cannot be used together', 'Leave out one of them.');
  const run = createRun(options, { invocation, context, next: readNext(invocation, configured) });
  if (invocation.has('silent') || configured.silent === true)
    return run({}, { restarts: readMode(host) === 'install' });
  const { runInterview } = await import('./run-interview.js');
  return runInterview(options, { invocation, context, run });
}

/** Returns the options of the command line, else those of the configuration. */
function readOptions(host: Host, invocation: InstallInvocation, configured: Install) {
  const named = {
    device: invocation.text('device') ?? configured.device,
    url: invocation.text('config-url') ?? configured.configUrl,
    directory: invocation.text('image'),
    iso: invocation.text('iso') ?? (cameFromMedium(host) ? undefined : configured.isoUrl),
  };
  const { target, boot, ...rest } = readInstallation(invocation, named, configured);
  const keys = invocation.text('enroll-keys');
  const encrypt = readEncryption(invocation, configured);
  return {
    ...rest,
    boot: { ...boot, ...(keys && { enrollKeys: resolve(keys) }) },
    target: { ...target, ...encrypt, keepState: isInstallByFallback(host) },
  };
}

/** An existing layout with encrypted data needs only the passphrase. */
function readEncryption(invocation: InstallInvocation, configured: Install): Pick<TargetOptions, 'encrypt'> {
  const how = invocation.text('encrypt') ?? configured.encrypt;
  const passphraseFile = invocation.text('passphrase-file') ?? configured.passphraseFile;
  if (how === undefined && passphraseFile === undefined) return {};
  const file = passphraseFile === undefined ? {} : { passphraseFile: resolve(passphraseFile) };
  return { encrypt: { ...file, ...(how === 'both' && { tpm: true }) } };
}

function readNext(invocation: InstallInvocation, { powerOff }: Install): Next {
  if (invocation.has('power-off') || powerOff === true) return 'power-off';
  return invocation.has('reboot') ? 'reboot' : undefined;
}

/**
 * Returns a function that installs. From here on an interruption ends the process; during the
 * installation, after its clean-up.
 */
function createRun(
  options: InstallOptions,
  { invocation, context, next }: { invocation: InstallInvocation; context: Context; next: Next },
): RunInstallation {
  const { signal, guard } = interruptible(context);
  return async (more, { restarts }) => {
    const onEvent = printEvents(context);
    const installed = await guard(install({ ...options, ...more, signal, onEvent }));
    const status = await printInstall(installed, { invocation, context });
    if (status === EXIT.done) await enroll(options, context);
    if (status === EXIT.done) await leave(options.host, next ?? (restarts ? 'reboot' : undefined), context);
    return status;
  };
}

/** The installation stays as it is if the firmware refuses the keys. */
async function enroll({ host, boot }: InstallOptions, context: Context): Promise<void> {
  if (boot?.enrollKeys === undefined) return;
  await enrollKeys(host, await planEnrolment(host, boot.enrollKeys));
  context.err('install: the keys are enrolled; they count from the next start on\n');
}

async function leave(host: Host, next: Next, context: Context): Promise<void> {
  if (next === undefined) return;
  const isPoweringOff = next === 'power-off';
  context.err(`install: ${isPoweringOff ? 'powering off' : 'rebooting'} in ${LAST_LOOK / 1000} seconds\n`);
  await host.clock.sleep(LAST_LOOK);
  await host.run(isPoweringOff ? 'poweroff' : 'reboot', []);
}
