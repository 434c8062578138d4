import { layout, type UpgradeReport, upgrade } from '@haos/system';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure } from '../failure.js';
import { createPaint } from '../paint.js';
import { formatChecks } from '../print-checks.js';
import { openNode } from './open-node.js';

/** `haos upgrade`: stages a new release. */
export async function runUpgrade(invocation: Invocation, context: Context): Promise<ExitStatus> {
  const host = openNode(context);
  const variable = (name: string) => context.env[`HAOS_UPGRADE_${name.toUpperCase().replaceAll('-', '_')}`];
  const text = (name: string, fallback: string) => invocation.text(name) ?? (variable(name) || fallback);
  const has = (name: string) => invocation.has(name) || variable(name) === 'true';
  const ended = new AbortController();
  const work = upgrade({
    host,
    source: text('source', layout.system),
    destination: text('destination', layout.system),
    lockFile: text('lock-file', layout.upgradeLock),
    rootfs: has('rootfs'),
    kernel: has('kernel'),
    sync: has('sync'),
    allowDowngrade: has('allow-downgrade'),
    signal: ended.signal,
  });
  context.onInterrupt(() => {
    ended.abort(new CommandFailure(EXIT.failed, 'interrupted'));
    return work.catch(() => undefined);
  });
  const report = await work;
  await print(report, { invocation, context });
  if (report.status === 'refused') return EXIT.refused;
  // In a container, too, it is the node that restarts.
  if (report.status === 'upgraded' && has('reboot'))
    await host.run('nsenter', [
      '--target',
      '1',
      '--mount',
      '--uts',
      '--ipc',
      '--net',
      '--pid',
      '--',
      'reboot',
    ]);
  return EXIT.done;
}

async function print(
  report: UpgradeReport,
  { invocation, context }: { invocation: Invocation; context: Context },
): Promise<void> {
  if (invocation.text('format') === 'json') return context.out(`${JSON.stringify(report, null, 2)}\n`);
  const { status, checks, from, to } = report;
  if (status === 'refused') {
    context.err(formatChecks(checks, createPaint(await context.hasColor('err'))));
    return context.err('upgrade: refused; nothing was written\n');
  }
  if (status === 'unchanged') return context.err(`upgrade: this is HAOS ${from.haos} already\n`);
  context.err(`upgrade: HAOS ${from.haos} -> ${to.haos}; the next boot takes it, on trial\n`);
}
