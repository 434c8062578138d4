import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Applier } from '../../apply/types.js';
import type { CloudConfig } from '../../generated/types.js';
import { runApplier } from '../testing.js';
import { bootCmd, initCmd, runCmd } from './commands.js';

describe.each<[string, Applier, (commands: string[]) => CloudConfig]>([
  ['init_cmd', initCmd, (initCmd) => ({ initCmd })],
  ['boot_cmd', bootCmd, (bootCmd) => ({ bootCmd })],
  ['run_cmd', runCmd, (runCmd) => ({ runCmd })],
])('%s', (key, applier, configOf) => {
  it('runs the commands in order, each in a shell, and passes on their output', async () => {
    const host = hostWith({
      commands: { 'sh -c echo one': { stdout: 'one\n' }, 'sh -c two': { stderr: 'oops\n' } },
    });

    const run = await runApplier(applier, configOf(['echo one', ' ', 'two']), { host });

    expect(run.failures).toEqual([]);
    expect(run.output).toEqual(['one', 'oops']);
    expect(run.operations).toMatchObject([{ label: `${key}[0]` }, { label: `${key}[2]` }]);
  });

  it('continues after a failed command, and reports its place and status but not its text', async () => {
    const host = hostWith({
      commands: { 'sh -c login --password sesame': { exitCode: 3 }, 'sh -c two': {} },
    });

    const run = await runApplier(applier, configOf(['login --password sesame', 'two']), { host });

    expect(run.failures).toEqual(['HAOS_CC_COMMAND']);
    expect(run.messages[0]).toContain(`${key}[0] ended with exit status 3`);
    expect(JSON.stringify(run)).not.toContain('sesame');
    expect(host.unused()).toEqual([]);
  });

  it('gives the commands the environment without the secrets of k3s, and no time limit', async () => {
    const host = hostWith({ commands: { sh: {} } });
    const haos = { environment: { http_proxy: 'http://p', K3S_TOKEN: 'sesame' } };

    await runApplier(applier, { ...configOf(['true']), haos }, { host });

    expect(host.calls[0]?.options).toMatchObject({ env: { http_proxy: 'http://p' }, timeout: 0 });
    expect(host.calls[0]?.options.env).not.toHaveProperty('K3S_TOKEN');
  });

  it.each(['plan', 'rooted'] as const)('runs nothing on a %s host', async (kind) => {
    const host = hostWith({ kind });

    const run = await runApplier(applier, configOf(['true']), { host });

    expect(host.calls).toEqual([]);
    expect(run.operations).toMatchObject([{ kind: 'run', label: `${key}[0]` }]);
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
