import type { Host } from '@haos/host';
import { findGroup, findUser } from '@haos/host/internal';
import { layout } from '@haos/system';
import { RANCHER } from '@haos/system/internal';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { parseK3sArguments } from '../../k3s/parse-arguments.js';
import { documentedKey } from '../../model/pointer.js';
import { checkK3s } from '../../rules/k3s.js';
import { type Finding, isError } from '../../rules/rule.js';
import { isWrittenByUser } from '../files/written-by-user.js';
import { missingK3sData } from '../mounts/mounts.js';
import { commandLine, isNodeCommand, k3sInvocation } from './k3s-arguments.js';
import { renderK3sConfig } from './k3s-config-file.js';
import { renderK3sEnvironment } from './k3s-environment.js';
import { digestInputs, readsDropIns } from './k3s-inputs.js';
import { K3S_SERVICE, k3sPaths, renderLogRotation, renderService } from './k3s-service.js';
import { renderStartScript } from './k3s-start-script.js';

const BINARIES = ['/usr/sbin/k3s', '/sbin/k3s', '/usr/local/bin/k3s'] as const;

/** Variables for k3s's own installer that HAOS honours too. */
const HONOURED = ['INSTALL_K3S_EXEC', 'INSTALL_K3S_SKIP_START'];

/** Stopping k3s can take a while. Milliseconds. */
const START_TIMEOUT = 180_000;

/**
 * Configures k3s, and starts it in the runtime phase. k3s is not in a runlevel, so it never starts
 * before the user data is known. If no user data will come, `k3s-early` lets it start before. A
 * running k3s restarts only if what it was started with has changed; phase `install` always
 * restarts it. Does nothing in mode install, and nothing while `k3sHold` says that the node may
 * belong to another cluster than the configuration means.
 */
export const k3s: Applier = {
  name: 'k3s',
  keys: ['haos.server_url', 'haos.token', 'haos.labels', 'haos.k3s_args', 'haos.taints', 'haos.environment'],
  always: true,
  async apply(config, context) {
    if (context.mode === 'install') {
      context.note('k3s is not configured in mode install');
      return;
    }
    const binary = findK3s(context.host);
    if (binary === undefined) context.note('k3s is not installed');
    noteIgnored(config, context);
    const findings = checkK3s(config.haos ?? {});
    await report(findings, context);
    const refused = context.host.files.readTextIfExists(layout.k3sRefused)?.trim();
    const hold = refused ?? context.k3sHold ?? blockedBy(findings) ?? missingData(config, context);
    if (hold !== undefined) {
      // A k3s that runs goes on with what it was started with.
      context.note(`k3s is not started: ${hold}`);
      const word = binary === undefined && refused === undefined ? 'absent' : `held\n${hold}`;
      if (context.phase === 'runtime') context.host.files.write(layout.k3sStart, `${word}\n`);
      return;
    }
    configure(config, context, binary ?? BINARIES[0]);
    if (context.phase === 'boot') return;
    const decision = decideStart(config, binary);
    // The service `health` waits for k3s if this says `wanted`.
    if (context.phase === 'runtime') context.host.files.write(layout.k3sStart, `${decision}\n`);
    if (decision === 'skipped') context.note('k3s is not started: INSTALL_K3S_SKIP_START is set');
    else if (binary !== undefined) await start(context, binary);
  },
};

/** Returns why the data of k3s is missing. In the boot phase nothing is mounted or started yet. */
function missingData(config: CloudConfig, { host, phase }: ApplyContext): string | undefined {
  return phase === 'boot' ? undefined : missingK3sData(config, host);
}

/** Returns the first finding that prevents the configuration of k3s. */
function blockedBy(findings: readonly Finding[]): string | undefined {
  const finding = findings.find(({ blocksK3s }) => blocksK3s === true);
  return finding && `${documentedKey(finding.pointer)}: ${finding.message}`;
}

/** What the runtime phase does with k3s. `nodeless`: it starts, but runs no kubelet. */
type Start = 'wanted' | 'nodeless' | 'skipped' | 'absent';

/** Decides whether to start k3s; `binary` is its program. */
export function decideStart({ haos = {} }: CloudConfig, binary: string | undefined): Start {
  if (binary === undefined) return 'absent';
  if (haos.environment?.INSTALL_K3S_SKIP_START === 'true') return 'skipped';
  const { command, flags } = commandLine(haos);
  const isNodeless = parseK3sArguments(flags).some(
    ({ name, value }) => name === 'disable-agent' && value !== 'false',
  );
  return isNodeless || !isNodeCommand(command) ? 'nodeless' : 'wanted';
}

/** Returns the path of the k3s program on a node, or undefined if k3s is not installed. */
export function findK3s({ files }: Host): string | undefined {
  return BINARIES.find((path) => files.stat(path)?.type === 'file');
}

function configure(config: CloudConfig, context: ApplyContext, binary: string): void {
  const haos = config.haos ?? {};
  // All files are rendered before the first is written: a service with the flags of one
  // configuration and the token of another must not start.
  const { command, settings, words, variables } = k3sInvocation(haos, {
    mode: context.mode,
    version: context.version,
    readsDropIns: readsDropIns(context.host, binary),
  });
  const files = [
    [k3sPaths.service, renderService(), 0o755],
    [k3sPaths.startScript, renderStartScript(binary, [command, ...words]), 0o700],
    [k3sPaths.config, renderK3sConfig(settings), 0o600],
    [k3sPaths.environment, renderK3sEnvironment(haos, kubeconfigGroup(context.host), variables), 0o600],
    [k3sPaths.logRotation, renderLogRotation(), 0o644],
  ] as const;
  for (const [path, text, mode] of files) {
    if (!isWrittenByUser(config, path)) context.host.files.write(path, text, { mode });
  }
}

/**
 * Reports what validation finds. k3s still gets its server and its arguments if they can be
 * written: k3s knows better which arguments it accepts, and without them it would create another
 * cluster. Invalid labels and taints are left out.
 */
async function report(findings: readonly Finding[], context: ApplyContext): Promise<void> {
  for (const finding of findings) {
    if (!isError(finding)) context.note(`${documentedKey(finding.pointer)}: ${finding.message}`);
    else await context.attempt(() => refuse([finding], 'HAOS_CC_K3S_ARGUMENT'));
  }
}

/** Returns the primary group of `rancher`, or `rancher` itself if the tree has no accounts yet. */
function kubeconfigGroup(host: Host): string {
  const user = findUser(host, RANCHER);
  return (user === undefined ? undefined : findGroup(host, String(user.gid))?.name) ?? RANCHER;
}

function noteIgnored(config: CloudConfig, context: ApplyContext): void {
  for (const name of Object.keys(config.haos?.environment ?? {}).sort()) {
    if (name.startsWith('INSTALL_K3S_') && !HONOURED.includes(name)) context.note(`${name} has no effect`);
  }
}

async function start(context: ApplyContext, binary: string): Promise<void> {
  const { host } = context;
  const inputs = await digestInputs(host, binary);
  const command = await nextCommand(context, inputs);
  if (command === undefined) return;
  const { deferred } = await host.run('rc-service', [K3S_SERVICE, command], { timeout: START_TIMEOUT });
  if (!deferred) host.files.write(k3sPaths.inputs, `${inputs}\n`, { mode: 0o600 });
}

/** Returns the command for OpenRC. The exit statuses are those of supervise-daemon.sh of OpenRC. */
async function nextCommand(context: ApplyContext, inputs: string): Promise<'start' | 'restart' | undefined> {
  if (context.phase === 'install') return 'restart';
  const { files } = context.host;
  const status = await context.host.run('rc-service', [K3S_SERVICE, 'status'], {
    readOnly: true,
    accept: [0, 1, 3, 4, 8, 16, 32, 64],
  });
  if (status.deferred) return 'start';
  const isUp = status.exitCode === 0 || status.exitCode === 8;
  if (isUp) return files.readTextIfExists(k3sPaths.inputs)?.trim() === inputs ? undefined : 'restart';
  const isBroken = status.exitCode === 32 || status.exitCode === 64;
  return isBroken ? 'restart' : 'start';
}
