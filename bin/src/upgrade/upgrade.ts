import type { Host } from '@haos/host';
import {
  type Check,
  type Component,
  layout,
  type UpgradeOptions,
  type UpgradeReport,
  upgrade,
} from '@haos/system';
import {
  awaitTrial,
  isOnTrial,
  isSameSet,
  KERNEL_KINDS,
  type KernelKind,
  readRunningSet,
} from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { printDownload } from '../install/print-install.js';
import { interruptible } from '../interruptible.js';
import { createPaint } from '../paint.js';
import { parseDigest } from '../parse-digest.js';
import { errorOfChecks, formatChecks } from '../print-checks.js';
import { drainForUpgrade } from './drain.js';
import { openNode } from './open-node.js';

interface Options {
  source: string;
  destination: string;
  lockFile: string;
  sha256: string | undefined;
  kernelKind: KernelKind | undefined;
  bootImage: string | undefined;
  has(name: Switch): boolean;
}

interface Running {
  host: Host;
  context: Context;
  signal: AbortSignal;
}

/** `haos upgrade`: stages a new release. */
export async function runUpgrade(invocation: UpgradeInvocation, context: Context): Promise<ExitStatus> {
  const host = openNode(context);
  const options = readOptions(invocation, context);
  const { signal, guard } = interruptible(context);
  const outcome = await guard(upgradeFrom(options, { host, context, signal }));
  await print(outcome, { invocation, context });
  if (outcome.status === 'refused') return EXIT.refused;
  if (!signal.aborted) await finish(outcome, options, { host, context, signal });
  return EXIT.done;
}

/**
 * Reboots or waits, as the options say, once the next boot has its version: for that boot, or for
 * the end of the trial after it.
 */
async function finish(
  { status, to }: UpgradeReport,
  { destination, has }: Options,
  { host, context, signal }: Running,
): Promise<void> {
  const running = readRunningSet(host, destination);
  const isWaiting = status === 'unchanged' && running !== undefined && !isSameSet(running, to);
  if (has('reboot') && (status === 'upgraded' || isWaiting)) {
    // An upgrade drains before it changes what boots; this run changed nothing, so it drains here.
    if (isWaiting && has('drain')) await drainForUpgrade(host, destination, context);
    await host.run('nsenter', REBOOT);
    if (has('wait')) await awaitRestart(host, signal);
  } else if (has('wait') && status === 'unchanged' && isOnTrial(host, destination)) {
    context.err('upgrade: waiting until this version is healthy\n');
    await awaitTrial(host, destination, signal);
  }
}

/** Milliseconds after which a node that has not restarted is not going to. */
const RESTART_LIMIT = 600_000;

/**
 * Waits for the restart, which ends this program. If a job ended successfully before, it would
 * count as done on a node that has not yet shown that it works.
 */
async function awaitRestart(host: Host, signal: AbortSignal): Promise<never> {
  await host.clock.sleep(RESTART_LIMIT, signal);
  throw new CommandFailure(EXIT.failed, 'the node did not reboot within ten minutes');
}

/** Reboots the node, also from a container. */
const REBOOT = ['--target', '1', '--mount', '--uts', '--ipc', '--net', '--pid', '--', 'reboot'];

/** Returns the options of the command line, else those of the environment. */
function readOptions(invocation: UpgradeInvocation, { env }: Context): Options {
  const text = (name: TextOption) => invocation.text(name) ?? (env[nameVariable(name)] || undefined);
  const directory = (name: TextOption) => text(name)?.replace(/(?<=.)\/+$/, '') ?? layout.system;
  const switches = new Set(
    SWITCHES.filter((name) => invocation.has(name) || readSwitch(nameVariable(name), env)),
  );
  return {
    source: directory('source'),
    destination: directory('destination'),
    lockFile: text('lock-file') ?? layout.upgradeLock,
    sha256: checkDigest(text('sha256'), directory('source')),
    kernelKind: checkKind(text('kernel-kind')),
    bootImage: text('boot-image'),
    has: (name) => switches.has(name),
  };
}

function nameVariable(option: string): string {
  return `HAOS_UPGRADE_${option.toUpperCase().replaceAll('-', '_')}`;
}

const SWITCHES = [
  'check',
  'rootfs',
  'kernel',
  'allow-downgrade',
  'allow-skip',
  'insecure',
  'sync',
  'remount',
  'drain',
  'reboot',
  'wait',
] as const;
type Switch = (typeof SWITCHES)[number];

type TextOption = 'source' | 'destination' | 'lock-file' | 'sha256' | 'kernel-kind' | 'boot-image';
type UpgradeInvocation = Invocation<TextOption | 'format', Switch>;

/**
 * Reads the words that the Go implementation accepts. Any other word is an error, because it could
 * mean either.
 */
function readSwitch(variable: string, env: Context['env']): boolean {
  const value = env[variable] ?? '';
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)?$/i.test(value)) return false;
  throw usageError(`${variable} is neither true nor false`, 'Set it to one of them.');
}

/**
 * Refuses a digest that cannot be compared with anything, because it would look like a
 * verification.
 */
function checkDigest(sha256: string | undefined, source: string): string | undefined {
  if (sha256 !== undefined && isDirectory(source))
    throw usageError(
      `a digest requires an ISO, but ${source} is a directory`,
      'Leave it out, or name an ISO.',
    );
  return parseDigest(sha256);
}

/** Refuses a word of the environment that is no kind; the command line is checked already. */
function checkKind(word: string | undefined): KernelKind | undefined {
  const kind = KERNEL_KINDS.find((name) => name === word);
  if (word === undefined || kind !== undefined) return kind;
  const variable = nameVariable('kernel-kind');
  throw usageError(`${variable} is not a kind of kernel`, `Set it to ${KERNEL_KINDS.join(' or ')}.`);
}

/** Returns whether a source is used in place: every path except that of an ISO. */
function isDirectory(source: string): boolean {
  return source.startsWith('/') && !source.toLowerCase().endsWith('.iso');
}

async function upgradeFrom(options: Options, { host, context, signal }: Running): Promise<UpgradeReport> {
  const { destination, lockFile, bootImage, has } = options;
  return upgrade({
    host,
    ...(await readImage(options, host)),
    ...(bootImage !== undefined && { bootImage }),
    destination,
    lockFile,
    rootfs: has('rootfs'),
    kernel: has('kernel'),
    sync: has('sync'),
    allowDowngrade: has('allow-downgrade'),
    allowSkip: has('allow-skip'),
    checkOnly: has('check'),
    onDownload: printDownload(context, 'upgrade'),
    onProgress: printCopying(context),
    beforeSwitch: async () => {
      if (has('drain')) await drainForUpgrade(host, destination, context);
    },
    signal,
  });
}

/** Returns the source. A directory does not load the code that reads the configuration. */
async function readImage(
  { source, sha256, kernelKind, has }: Options,
  host: Host,
): Promise<Pick<UpgradeOptions, 'image' | 'proxy'>> {
  const chosen = kernelKind && { kernelKind };
  if (isDirectory(source)) return { image: { directory: source, ...chosen } };
  const { findIso } = await import('./find-iso.js');
  const { iso, proxy } = await findIso(host, source);
  const verified = { ...(sha256 !== undefined && { sha256 }), insecure: has('insecure') };
  return { image: { iso, ...verified, ...chosen }, proxy };
}

/** Returns a function that prints each component once, because copying takes time. */
function printCopying(context: Context): (bytes: number, component: Component) => void {
  const told = new Set<Component>();
  return (_bytes, component) => {
    if (told.has(component)) return;
    told.add(component);
    context.err(`upgrade: copying ${component}\n`);
  };
}

async function print(
  outcome: UpgradeReport,
  { invocation, context }: { invocation: Invocation<'format'>; context: Context },
): Promise<void> {
  const { status, checks } = outcome;
  if (invocation.text('format') === 'json') {
    const error = status === 'refused' ? errorOfChecks(checks) : undefined;
    return context.out(formatJson({ error, ...outcome }));
  }
  if (status === 'refused' || status === 'checked') await printChecks(checks, context);
  context.err(`upgrade: ${closingLine(outcome)}\n`);
}

async function printChecks(checks: readonly Check[], context: Context): Promise<void> {
  context.err(formatChecks(checks, createPaint(await context.hasColor('err'))));
}

function closingLine({ status, from, to }: UpgradeReport): string {
  switch (status) {
    case 'refused':
      return 'refused; nothing was written';
    case 'unchanged':
      return `HAOS ${from.haos} is already installed`;
    case 'checked':
      return `HAOS ${from.haos} can be upgraded to ${to.haos}`;
    case 'upgraded':
      return `HAOS ${from.haos} -> ${to.haos}; the next boot starts it`;
  }
}
