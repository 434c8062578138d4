import { HaosError } from '@haos/system';
import type { Applier, ApplyContext } from '../apply/types.js';
import type { CcErrorCode } from '../errors.js';
import type { CloudConfig } from '../generated/types.js';
import { commandEnvironment } from './environment.js';

/** Commands of the initrd phase. */
export const initCmd = commandApplier('init-cmd', 'init_cmd', (config) => config.initCmd);

/** Commands of the boot phase, before services and the network. */
export const bootCmd = commandApplier('boot-cmd', 'boot_cmd', (config) => config.bootCmd);

/** Commands of the runtime phase. */
export const runCmd = commandApplier('run-cmd', 'run_cmd', (config) => config.runCmd);

const EVERY_STATUS: readonly number[] = Array.from({ length: 256 }, (_, status) => status);

/**
 * Runs commands by `sh -c`, one after the other and without a time limit; one that fails does not keep the next from
 * running. They have the variables of `haos.environment` except those of k3s, which hold its secrets. The text of a command
 * may hold secrets too: messages and operations name its place instead.
 */
function commandApplier(
  name: string,
  key: string,
  select: (config: CloudConfig) => readonly string[] | undefined,
): Applier {
  return {
    name,
    keys: [key],
    async apply(config, context) {
      const env = commandEnvironment(config.haos?.environment ?? {});
      for (const [index, command] of (select(config) ?? []).entries()) {
        if (command.trim() === '') continue;
        await context.attempt(() => runCommand(context, command, { label: `${key}[${index}]`, env }));
      }
    },
  };
}

async function runCommand(
  context: ApplyContext,
  command: string,
  { label, env }: { label: string; env: Record<string, string> },
): Promise<void> {
  const { exitCode } = await context.host.run('sh', ['-c', command], {
    label,
    env,
    timeout: 0,
    accept: EVERY_STATUS,
    onLine: (line) => context.output(line),
  });
  if (exitCode === 0) return;
  throw new HaosError<CcErrorCode>('HAOS_CC_COMMAND', `${label} ended with exit status ${exitCode}`, {
    hint: 'Run the command by hand on the node to see what it says.',
    details: { exitCode },
  });
}
