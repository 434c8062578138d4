import { type Host, withLock } from '@haos/host';
import { type CleanUp, withCleanUp } from '@haos/host/internal';
import { findMenu, type NodeMenu, replaceMenu } from '@haos/install/internal';
import { type Check, type Component, layout, type UpgradeReport, upgrade } from '@haos/system';
import {
  awaitTrial,
  choosesSlot,
  grubEnvPath,
  isOnTrial,
  isSameSet,
  readRunningSet,
} from '@haos/system/internal';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { formatJson } from '../format-json.js';
import { createPaint } from '../paint.js';
import { errorOfChecks, formatChecks } from '../print-checks.js';
import { drainForUpgrade } from './drain.js';
import { openNode } from './open-node.js';
import type { OpenedSource } from './open-source.js';

interface Options {
  source: string;
  destination: string;
  lockFile: string;
  sha256: string | undefined;
  has(name: Switch): boolean;
}

interface Running {
  host: Host;
  context: Context;
  signal: AbortSignal;
}

/** What an upgrade came to; a source that cannot be had leaves nothing but its checks. */
type Outcome = Pick<UpgradeReport, 'status' | 'checks'> & Partial<UpgradeReport>;

/** `haos upgrade`: stages a new release. */
export async function runUpgrade(invocation: UpgradeInvocation, context: Context): Promise<ExitStatus> {
  const host = openNode(context);
  const options = readOptions(invocation, context);
  const ended = new AbortController();
  const work = upgradeFrom(options, { host, context, signal: ended.signal });
  context.onInterrupt(() => {
    ended.abort(new CommandFailure(EXIT.failed, 'interrupted'));
    return work.catch(() => undefined);
  });
  const outcome = await work;
  await print(outcome, { invocation, context });
  if (outcome.status === 'refused') return EXIT.refused;
  if (!ended.signal.aborted) await finish(outcome, options, { host, context, signal: ended.signal });
  return EXIT.done;
}

/** What follows once the next boot has its version: that boot, or the end of the trial after it. */
async function finish(
  { status, to }: Outcome,
  { destination, has }: Options,
  { host, context, signal }: Running,
): Promise<void> {
  const running = readRunningSet(host, destination);
  const isWaiting = status === 'unchanged' && running !== undefined && to && !isSameSet(running, to);
  if (has('reboot') && (status === 'upgraded' || isWaiting)) {
    // An upgrade drains before it changes what boots.
    if (isWaiting && has('drain')) await drainForUpgrade(host, destination, context);
    await host.run('nsenter', REBOOT);
    if (has('wait')) await awaitRestart(host, signal);
  } else if (has('wait') && status === 'unchanged' && isOnTrial(host, destination)) {
    context.err('upgrade: waiting until this version is healthy\n');
    await awaitTrial(host, destination, signal);
  }
}

/** A node that takes longer to restart does not, in milliseconds. */
const RESTART_LIMIT = 600_000;

/** The restart ends this program. A job that ended well before would count as done, on a node that has not shown anything yet. */
async function awaitRestart(host: Host, signal: AbortSignal): Promise<never> {
  await host.clock.sleep(RESTART_LIMIT, signal);
  throw new CommandFailure(EXIT.failed, 'the node did not restart within ten minutes');
}

/** In a container, too, it is the node that restarts. */
const REBOOT = ['--target', '1', '--mount', '--uts', '--ipc', '--net', '--pid', '--', 'reboot'];

/** Options of the command line, else of the environment. */
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

type TextOption = 'source' | 'destination' | 'lock-file' | 'sha256';
type UpgradeInvocation = Invocation<TextOption | 'format', Switch>;

/** The words that the Go implementation takes; another one may have been meant either way. */
function readSwitch(variable: string, env: Context['env']): boolean {
  const value = env[variable] ?? '';
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)?$/i.test(value)) return false;
  throw usageError(`${variable} is neither true nor false`, 'set it to one of them');
}

/** What cannot be compared with anything would look like a verification that has not happened. */
function checkDigest(sha256: string | undefined, source: string): string | undefined {
  if (sha256 === undefined) return undefined;
  if (!/^[0-9a-f]{64}$/i.test(sha256)) throw usageError('the digest is not a sha256 in hexadecimal');
  if (isDirectory(source))
    throw usageError(
      `the digest is that of an ISO, and ${source} is a directory`,
      'leave it out, or name an ISO',
    );
  return sha256;
}

function upgradeFrom(options: Options, running: Running): Promise<Outcome> {
  const work = () => withCleanUp((cleanUp) => upgradeWith(options, running, cleanUp));
  // What is downloaded or unpacked has one place.
  return isDirectory(options.source) ? work() : withLock(running.host, SOURCE_LOCK, work);
}

/** Whether a source is taken as it lies there: every path but that of an ISO. */
function isDirectory(source: string): boolean {
  return source.startsWith('/') && !source.toLowerCase().endsWith('.iso');
}

const SOURCE_LOCK = `${layout.upgradeLock}.source`;

async function upgradeWith(options: Options, running: Running, cleanUp: CleanUp): Promise<Outcome> {
  const { host, signal } = running;
  const { destination, lockFile, has } = options;
  const opened = await open(options, running, cleanUp);
  if (opened.directory === undefined) return { status: 'refused', checks: opened.checks };
  const menu = await findMenu(host, destination);
  const report = await upgrade({
    host,
    source: opened.directory,
    destination,
    lockFile,
    rootfs: has('rootfs'),
    kernel: has('kernel'),
    sync: has('sync'),
    allowDowngrade: has('allow-downgrade'),
    allowSkip: has('allow-skip'),
    checkOnly: has('check'),
    isCounted: countsBoots(host, destination, menu),
    onProgress: printCopying(running.context),
    beforeSwitch: async () => {
      if (has('drain')) await drainForUpgrade(host, destination, running.context);
      if (menu) await replaceMenu(host, menu);
    },
    signal,
  });
  return { ...report, checks: [...opened.checks, ...report.checks] };
}

/** Says what is copied, once for each component: that takes its time. */
function printCopying(context: Context): (component: Component) => void {
  const told = new Set<Component>();
  return (component) => {
    if (told.has(component)) return;
    told.add(component);
    context.err(`upgrade: copying ${component}\n`);
  };
}

/** Whether the next boots are counted. Without a menu to look at, the block in which GRUB counts tells. */
function countsBoots(host: Host, destination: string, menu: NodeMenu | undefined): boolean {
  if (menu?.replacement !== undefined) return true;
  if (choosesSlot(host, destination) === false) return false;
  return menu?.isCounted ?? host.files.stat(grubEnvPath(destination)) !== undefined;
}

/** What is only a directory needs nothing of what fetches and verifies. */
async function open(
  { source, sha256, has }: Options,
  running: Running,
  cleanUp: CleanUp,
): Promise<OpenedSource> {
  if (isDirectory(source)) return { checks: [], directory: source };
  const { openSource } = await import('./open-source.js');
  return openSource(cleanUp, { ...running, source, sha256, isInsecure: has('insecure') });
}

async function print(
  outcome: Outcome,
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

function closingLine({ status, from, to }: Outcome): string {
  switch (status) {
    case 'refused':
      return 'refused; nothing was written';
    case 'unchanged':
      return `this is HAOS ${from?.haos} already`;
    case 'checked':
      return `HAOS ${from?.haos} can be upgraded to ${to?.haos}`;
    case 'upgraded':
      return `HAOS ${from?.haos} -> ${to?.haos}; the next boot takes it`;
  }
}
