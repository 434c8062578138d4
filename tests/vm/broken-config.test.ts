import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initrdWith, netbootArguments } from './image.js';
import { type Machine, startMachine } from './machine.js';
import { readStatus, waitForRuntime } from './status.js';

/**
 * Wrong in many ways at once: types, unknown keys, a command that fails in each phase, and files
 * that cannot be written.
 */
const CONFIG = `
hostname: [not, a, name]
nonsense: true
init_cmd: ["exit 3"]
boot_cmd: ["exit 4", "kill -9 $$"]
run_cmd: ["exit 5", "touch /run/later-command"]
write_files:
  - path: /usr/never
    content: read-only
  - path: /etc/written
    content: written
haos:
  sysctls: { no.such.setting: "1" }
  modules: [no_such_module]
  dns_nameservers: 5
`;

describe('a broken configuration', () => {
  const initrd = initrdWith({ 'haos/system/config.yaml': CONFIG });
  let machine: Machine;

  beforeAll(async () => {
    machine = await startMachine({
      name: 'broken-config',
      args: netbootArguments('haos.mode=live haos.k3s_args=[', initrd.path),
    });
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(async () => {
    await machine.stop();
    initrd.remove();
  });

  it('still boots to a login, with sshd', async () => {
    expect(await machine.run('rc-service sshd status')).toMatchObject({ status: 0 });
  });

  it('is reported for each phase', async () => {
    const { phases } = await readStatus(machine);

    expect(phases).toMatchObject([
      { phase: 'initrd', state: 'done', exitStatus: 4 },
      { phase: 'boot', state: 'done', exitStatus: 4 },
      { phase: 'runtime', state: 'done', exitStatus: 4 },
    ]);
    const codes = phases.map(({ steps }) =>
      steps.flatMap(({ failures }) => failures.map(({ code }) => code)),
    );
    for (const found of codes) expect(found).toContain('HAOS_CC_COMMAND');
    expect(machine.console()).toMatch(/haos: warning: .*status/);
  });

  it('is shown above the prompt, in the login message, and in the status', async () => {
    expect(machine.console()).toMatch(
      /^Configuration: \d+ errors?, .*failures?\. 'sudo haos status' shows more\./m,
    );
    expect(machine.console()).toMatch(/^Configuration: \d+ errors?, .*failures?\r?$/m);

    const { status, output } = await machine.run('haos status');

    expect(status).toBe(1);
    expect(output).toMatch(/mode live: not healthy\n/);
    expect(output).toMatch(/error: .*hostname/);
    expect(output).toMatch(/warning: unknown key nonsense/);
    expect(output.lastIndexOf(' error: ')).toBeLessThan(output.indexOf(' warning: '));
    expect(output).toMatch(/failed: sysctls \(runtime\): .*no\.such\.setting/);
  });

  it('does not prevent the rest from being applied', async () => {
    expect(await machine.read('cat /etc/written')).toBe('written');
    expect(await machine.run('test -e /run/later-command')).toMatchObject({ status: 0 });
  });
});
