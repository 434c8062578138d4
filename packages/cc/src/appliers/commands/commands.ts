import { HaosError } from '@haos/host';
import { refuse } from '../../apply/refuse.js';
import type { Applier, ApplyContext } from '../../apply/types.js';
import type { CcErrorCode } from '../../errors.js';
import type { CloudConfig } from '../../generated/types.js';
import { snakeCase } from '../../model/key.js';
import { eachItem, type Finding, finding, fitsProcess, invalid, type Rule } from '../../rules/rule.js';
import { commandEnvironment } from '../environment/environment.js';

/** Runs the commands of the initrd phase. */
export const initCmd = /* @__PURE__ */ commandApplier('init-cmd', 'initCmd');

/** Runs the commands of the boot phase, before services and the network start. */
export const bootCmd = /* @__PURE__ */ commandApplier('boot-cmd', 'bootCmd');

/** Runs the commands of the runtime phase. */
export const runCmd = /* @__PURE__ */ commandApplier('run-cmd', 'runCmd');

const COMMAND_KEYS = ['initCmd', 'bootCmd', 'runCmd'] as const satisfies readonly (keyof CloudConfig)[];
type CommandKey = (typeof COMMAND_KEYS)[number];

const EVERY_STATUS: readonly number[] = Array.from({ length: 256 }, (_, status) => status);

/**
 * Returns an applier that runs commands with `sh -c`, one after the other and without a time limit.
 * After a failed command, the next one still runs. Commands get the variables of `haos.environment`
 * except those of k3s, which hold its secrets. The text of a command may also hold secrets, so
 * messages and operations name only its place.
 */
function commandApplier(name: string, property: CommandKey): Applier {
  const key = snakeCase(property);
  return {
    name,
    keys: [key],
    async apply(config, context) {
      const env = commandEnvironment(config.haos?.environment ?? {});
      for (const [index, command] of (config[property] ?? []).entries()) {
        if (command.trim() === '') continue;
        await context.attempt(async () => {
          refuse(checkCommand(command, `/${property}/${index}`), 'HAOS_CC_COMMAND');
          await runCommand(context, command, { label: `${key}[${index}]`, env });
        });
      }
    },
  };
}

/** Reports invalid commands before they run. Messages do not contain the text of a command. */
export const commandsRule: Rule = (config) =>
  COMMAND_KEYS.flatMap((key) => eachItem(config[key], `/${key}`, checkCommand));

/** `systemctl` as the first word of a command, or of a part of it. */
const SYSTEMCTL = /(?:^|[;&|(])\s*(?:sudo\s+)?systemctl\s/;

function checkCommand(command: string, pointer: string): Finding[] {
  if (command.includes('systemctl') && SYSTEMCTL.test(command))
    return finding(
      'invalid-value',
      pointer,
      'the command calls systemctl, and HAOS has no systemd',
      'Use rc-service to start a service, and rc-update to start it at each boot.',
      { severity: 'warning' },
    );
  if (command.trim() === '' || fitsProcess(command)) return [];
  return invalid(
    pointer,
    'the command contains a NUL character or is more than 128 KiB, so no process can run it',
    'Put it into a file with write_files and run that file.',
  );
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
    hint: 'Run the command by hand on the node to see its output.',
    details: { exitCode },
  });
}
