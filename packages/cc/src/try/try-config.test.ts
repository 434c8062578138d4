import { type Host, planHost } from '@haos/host';
import { createTestHost, type Tree } from '@haos/host/testing';
import { layout } from '@haos/system';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runPhase } from '../apply/run-phase.js';
import { type ConfigTry, readTry } from './config-try.js';
import { confirmTry, revertTry } from './end-try.js';
import { requireNoTry, tryConfig } from './try-config.js';

const NAME = '50-net.yaml';
const FILE = `${layout.localConfigDirectory}/${NAME}`;
const SYSCTL = 'net.ipv4.ip_forward';
const BEFORE = 'haos: {dns_nameservers: [1.1.1.1]}\n';
const TRIED = `haos: {dns_nameservers: [9.9.9.9], sysctls: {${SYSCTL}: "0"}}\n`;
const VLAN = 'haos: {network: [{interface: eth0.7, vlan: 7, parent: eth0}]}\n';

function createNode(file: string | undefined, options: { locked?: readonly string[] } = {}) {
  const tree: Record<string, Tree> = file === undefined ? {} : { [FILE]: { content: file, mode: 0o600 } };
  const host = createTestHost({
    tree: { '/proc/uptime': '100.00 1.00\n', '/proc/sys/kernel/random/boot_id': 'one\n', ...tree },
    sysctls: { [SYSCTL]: '1' },
    commands: { 'rc-service': {}, reboot: {} },
    ...options,
  });
  onTestFinished(() => host.dispose());
  return host;
}

const attempt = (host: Host, text: string | undefined, duration = 60) =>
  tryConfig(host, { name: NAME, content: text === undefined ? undefined : Buffer.from(text), duration });

const apply = (host: Host) => runPhase({ host, phase: 'runtime' });

function passTime(host: Host, uptime: number): void {
  host.files.write('/proc/uptime', `${uptime}.00 1.00\n`);
}

/** Restarts the machine, which then runs the boot phase. `/run` and kernel settings are new. */
async function boot(host: Host, id: string): Promise<void> {
  host.files.remove('/run');
  host.files.write('/proc/sys/kernel/random/boot_id', `${id}\n`);
  passTime(host, 5);
  host.kernel.setSysctl(SYSCTL, '1');
  await runPhase({ host, phase: 'boot' });
}

const nameserversOf = (host: Host) =>
  /^FallbackNameservers=(.*)$/m.exec(host.files.readTextIfExists('/etc/connman/main.conf') ?? '')?.[1];

describe('a file on trial', () => {
  it('is written beside a record of what was there', async () => {
    const host = createNode(BEFORE);

    const { changed, trial } = await attempt(host, TRIED);

    expect(changed).toBe(true);
    expect(host.files.readText(FILE)).toBe(TRIED);
    expect(host.files.stat(layout.configTry)).toMatchObject({ mode: 0o600 });
    expect(trial).toMatchObject({
      state: 'pending',
      name: NAME,
      bootId: 'one',
      deadline: 160,
      sysctls: { [SYSCTL]: '1' },
    });
    expect(readTry(host)).toEqual(trial);
  });

  it.each([
    ['invalid', 'hostname: "a b"\n', BEFORE],
    ['the same', BEFORE, BEFORE],
    ['removed but not there', undefined, undefined],
  ])('is not tried if it is %s', async (_, text, before) => {
    const host = createNode(before);

    expect(await attempt(host, text)).toMatchObject({ changed: false, trial: undefined });

    expect(host.files.readTextIfExists(FILE)).toBe(before);
    expect(readTry(host)).toBeUndefined();
  });

  it('comes back when its time is over, with the kernel settings of before', async () => {
    const host = createNode(BEFORE);
    await attempt(host, TRIED);
    await apply(host);
    expect([nameserversOf(host), host.kernel.sysctl(SYSCTL)]).toEqual(['9.9.9.9', '0']);

    passTime(host, 159);
    expect(await revertTry({ host, expired: true })).toBeUndefined();
    passTime(host, 160);
    const reverted = await revertTry({ host, expired: true });

    expect(reverted).toMatchObject({ trial: { state: 'reverted', reason: 'expired' }, isRebooting: false });
    expect([nameserversOf(host), host.kernel.sysctl(SYSCTL)]).toEqual(['1.1.1.1', '1']);
    expect(host.files.readText(FILE)).toBe(BEFORE);
    expect(host.files.stat(FILE)).toMatchObject({ mode: 0o600 });
    expect(await revertTry({ host, expired: true })).toBeUndefined();
  });

  it('does not come back early or late because the clock is set', async () => {
    const host = createNode(BEFORE);
    await attempt(host, TRIED);

    await host.clock.sleep(1e12);

    expect(await revertTry({ host, expired: true })).toBeUndefined();
  });

  it('stays when it is confirmed, and its record keeps nothing of the previous file', async () => {
    const host = createNode(BEFORE);
    await attempt(host, TRIED);

    expect(await confirmTry(host)).toMatchObject({ state: 'confirmed', previous: null });

    passTime(host, 1000);
    expect(await revertTry({ host, expired: true })).toBeUndefined();
    await boot(host, 'two');
    expect(host.files.readText(FILE)).toBe(TRIED);
    await expect(confirmTry(host)).rejects.toMatchObject({ code: 'HAOS_CC_TRY_NONE' });
    await expect(revertTry({ host })).rejects.toMatchObject({ code: 'HAOS_CC_TRY_NONE' });
  });

  it('that removes a file brings it back', async () => {
    const host = createNode(BEFORE);
    await attempt(host, undefined);
    expect(host.files.stat(FILE)).toBeUndefined();

    expect(await revertTry({ host })).toMatchObject({ trial: { reason: 'asked' } });

    expect(host.files.readText(FILE)).toBe(BEFORE);
  });

  it('excludes another one, and other changes of the same file', async () => {
    const host = createNode(BEFORE);
    await attempt(host, TRIED);

    await expect(attempt(host, VLAN)).rejects.toMatchObject({ code: 'HAOS_CC_TRY_PENDING' });
    expect(() => requireNoTry(host, NAME)).toThrowError(
      expect.objectContaining({ code: 'HAOS_CC_TRY_PENDING' }),
    );
    expect(() => requireNoTry(host, '60-other.yaml')).not.toThrow();
  });

  it('gets one boot, with all its time, and the second boot ends it', async () => {
    const host = createNode(BEFORE);
    await attempt(host, TRIED);

    await boot(host, 'two');
    expect([nameserversOf(host), readTry(host)]).toMatchObject(['9.9.9.9', { state: 'pending', boots: 1 }]);
    expect(await revertTry({ host, expired: true })).toBeUndefined();
    await boot(host, 'three');

    expect(nameserversOf(host)).toBe('1.1.1.1');
    expect(readTry(host)).toMatchObject({ state: 'reverted', reason: 'booted' });
  });

  it('gets no boot if the clock says that its time is over', async () => {
    const host = createNode(BEFORE);
    await attempt(host, TRIED);
    await host.clock.sleep(60_000);

    await boot(host, 'two');

    expect(nameserversOf(host)).toBe('1.1.1.1');
  });

  it('with a VLAN ends with a reboot, because the VLAN stays until then', async () => {
    const host = createNode(undefined);
    await attempt(host, VLAN);
    await apply(host);
    passTime(host, 160);

    expect(await revertTry({ host, expired: true })).toMatchObject({
      trial: { needBoot: ['haos.network'] },
      isRebooting: true,
    });

    expect(host.calls.filter(({ command }) => command === 'reboot')).toHaveLength(1);
    expect(host.files.stat(FILE)).toBeUndefined();
  });

  it('is reverted by a reboot if another configuration never ends', async () => {
    const host = createNode(BEFORE, { locked: [layout.applyLock] });
    await attempt(host, TRIED);
    passTime(host, 160);

    for (let minute = 1; minute < 3; minute += 1)
      await expect(revertTry({ host, expired: true })).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
    expect(await revertTry({ host, expired: true })).toMatchObject({ isRebooting: true, result: undefined });

    expect(host.files.readText(FILE)).toBe(BEFORE);
  });

  it.each([
    ['no JSON', '{'],
    ['another object', '{}'],
  ])('with a damaged record counts as none: %s', (_, content) => {
    const host = createNode(BEFORE);
    host.files.write(layout.configTry, content);

    expect(readTry(host)).toBeUndefined();
  });
});

/** Does some work on a machine that dies before an effect. Returns whether it did. */
async function isKilled(
  host: Host,
  effects: number,
  work: (host: Host) => Promise<unknown>,
): Promise<boolean> {
  let left = effects;
  let isDead = false;
  const mortal = <T extends object>(parts: T, names: readonly (keyof T)[]): T => {
    const counted = { ...parts };
    for (const name of names)
      counted[name] = ((...args: unknown[]) => {
        isDead ||= left === 0;
        if (isDead) throw new Error('killed');
        left -= 1;
        return (parts[name] as (...given: unknown[]) => unknown)(...args);
      }) as T[typeof name];
    return counted;
  };
  const failing: Host = {
    ...mortal(host, ['run']),
    files: mortal(host.files, ['write', 'makeDirectory', 'link', 'remove', 'setAttributes', 'move']),
    kernel: mortal(host.kernel, ['setSysctl', 'setHostname', 'loadModule']),
  };
  // A phase survives failed steps, so only the count tells.
  await work(failing).catch((error: unknown) => {
    if (!isDead) throw error;
  });
  return isDead;
}

/** Kills some work at each of its effects and checks that a recovery restores the previous file. */
async function killEach(
  machine: Host,
  work: (host: Host) => Promise<unknown>,
  recover: Recovery,
): Promise<number> {
  for (let effects = 0; ; effects += 1) {
    const host = planHost(machine);
    const wasKilled = await isKilled(host, effects, work);
    await recover(host);
    const where = `killed before effect ${effects}`;
    expect(host.files.readText(FILE), where).toBe(BEFORE);
    expect([nameserversOf(host), host.kernel.sysctl(SYSCTL)], where).toEqual(['1.1.1.1', '1']);
    expect([undefined, 'reverted'], where).toContain(readTry(host)?.state);
    if (!wasKilled) return effects;
  }
}

type Recovery = (host: Host) => Promise<void>;

describe('a trial that is killed at any effect', () => {
  const RECOVERIES: [title: string, recover: Recovery][] = [
    [
      'the next minute',
      async (host) => {
        passTime(host, 160);
        await revertTry({ host, expired: true });
      },
    ],
    [
      'two boots',
      async (host) => {
        await boot(host, 'two');
        await boot(host, 'three');
      },
    ],
  ];

  it.each(
    RECOVERIES.flatMap(([title, recover]) =>
      [TRIED, VLAN, undefined].map((text) => [title, text, recover] as const),
    ),
  )('is reverted by %s: %j', async (_, text, recover) => {
    const machine = createNode(BEFORE);
    await apply(machine);
    const begin = async (host: Host) => {
      await attempt(host, text);
      await apply(host);
    };
    const revert = (host: Host) => {
      passTime(machine, 160);
      return revertTry({ host, expired: true });
    };
    const kills = await killEach(machine, begin, recover);
    await begin(machine);
    expect(await killEach(machine, revert, recover)).toBeGreaterThan(5);
    expect(kills).toBeGreaterThan(10);
  });
});

it('a confirmation that is killed leaves the file on trial or confirmed', async () => {
  const machine = createNode(BEFORE);
  await attempt(machine, TRIED);
  const seen = new Set<ConfigTry['state'] | undefined>();
  for (let effects = 0; effects < 2; effects += 1) {
    const host = planHost(machine);
    await isKilled(host, effects, confirmTry);
    expect(host.files.readText(FILE)).toBe(TRIED);
    seen.add(readTry(host)?.state);
  }
  expect([...seen]).toEqual(['pending', 'confirmed']);
});
