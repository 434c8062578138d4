import { plan, runPhase } from '@haos/cc';
import {
  confirmTry,
  deleteConfig,
  keysForNextBoot,
  putConfig,
  readConfig,
  readTry,
  revertTry,
  tryConfig,
} from '@haos/cc/internal';
import { type Host, planHost } from '@haos/host';
import { createTestHost } from '@haos/host/testing';
import { layout } from '@haos/system';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NodePart, NodeParts } from '../objects/node-parts.js';
import type { NodeStateStatus } from '../objects/node-state.js';
import { readRecord } from './agent-record.js';
import type { NodeCommands } from './node-commands.js';
import { NODE_FILE } from './node-facts.js';
import { runAgent } from './run-agent.js';

const FILE = `${layout.localConfigDirectory}/${NODE_FILE}`;
const SYSCTL = 'vm.swappiness';
const BASE = `write_files: [{path: /etc/motd, content: hello}]\nhaos: {sysctls: {${SYSCTL}: "10"}}\n`;

/** A node, with the programs that an agent calls: the same code, in this process. */
function createNode() {
  const host = createTestHost({
    tree: {
      '/proc/uptime': '100.00 1.00\n',
      '/proc/sys/kernel/random/boot_id': 'one\n',
      [layout.version]: 'v1.0.0\n',
      [layout.mode]: 'live\n',
    },
    sysctls: { [SYSCTL]: '60' },
    commands: { 'rc-service': {}, reboot: {} },
  });
  onTestFinished(() => host.dispose());
  return host;
}

function commandsOf(host: Host, calls: string[] = []): NodeCommands {
  const encode = (text: string) => new TextEncoder().encode(text);
  const planOf = async (machine: Host, before?: Awaited<ReturnType<typeof readConfig>>) => {
    const { config, issues } = await readConfig(machine);
    const error = issues.find(({ severity }) => severity === 'error');
    if (error) return { problem: error.message };
    const planned = await plan(config, { host: machine, phase: 'runtime' });
    return { ...planned, needBoot: before ? keysForNextBoot(before.config, config) : [] };
  };
  const apply = async () => {
    const { steps } = await runPhase({ host, phase: 'runtime' });
    return steps.flatMap(({ applier, failures }) => failures.map(({ message }) => `${applier}: ${message}`));
  };
  return {
    async planFile(content) {
      calls.push('plan');
      const machine = planHost(host);
      const before = await readConfig(machine);
      if (content === undefined) deleteConfig(machine, NODE_FILE);
      else putConfig(machine, NODE_FILE, content);
      return planOf(machine, before);
    },
    plan: async () =>
      (await planOf(planHost(host))) as Exclude<Awaited<ReturnType<typeof planOf>>, { problem: string }>,
    async apply(content) {
      calls.push('apply');
      const bytes = content === undefined ? undefined : encode(content);
      await tryConfig(host, { name: NODE_FILE, content: bytes, duration: 120 });
      return apply();
    },
    async resume() {
      calls.push('resume');
      return apply();
    },
    async confirm() {
      calls.push('confirm');
      await confirmTry(host);
    },
    async revert() {
      calls.push('revert');
      await revertTry({ host });
    },
    async reboot() {
      calls.push('reboot');
      boot(host, 'two');
    },
    upgrade: async ({ version }) => void calls.push(`upgrade ${version}`),
    rollBack: async () => void calls.push('roll back'),
  };
}

/** What a boot changes that an agent sees; the file of the trial stays. */
function boot(host: Host, id: string): void {
  host.files.write('/proc/sys/kernel/random/boot_id', `${id}\n`);
}

const part = (name: string, text: string, priority = 100): NodePart => ({
  ...{ name, text, priority, generation: 1, hash: name },
});

const wanted = (parts: readonly NodePart[], more: Partial<NodeParts> = {}): NodeParts => ({
  ...{ node: 'one', hash: JSON.stringify(parts), parts, apply: true, allow: 'Reload', ...more },
});

interface Simulation {
  readonly host: Host;
  readonly commands?: NodeCommands;
  /** What the operator says; after each rest of the agent the next. It ends after the last. */
  readonly says: readonly (NodeParts | ((status: NodeStateStatus) => NodeParts | undefined) | undefined)[];
}

/** Runs an agent and returns what it published last. */
async function simulate({ host, commands = commandsOf(host), says }: Simulation): Promise<NodeStateStatus> {
  const end = new AbortController();
  let status: NodeStateStatus = {};
  let turn = 0;
  const current = () => {
    const said = says[turn];
    return typeof said === 'function' ? said(status) : said;
  };
  let parts = current();
  await runAgent({
    host,
    commands,
    agentVersion: 'v1.0.0',
    signal: end.signal,
    onError(error) {
      throw error;
    },
    api: {
      parts: () => parts,
      async changed() {
        turn += 1;
        if (turn >= says.length) end.abort();
        else parts = current();
      },
      async publish(published) {
        status = published;
      },
    },
  });
  return status;
}

const resultOf = ({ config }: NodeStateStatus) => [config?.result, config?.applied === config?.wanted];
const conditionOf = ({ conditions = [] }: NodeStateStatus, name: string) =>
  conditions.find(({ type }) => type === name);

describe('an agent', () => {
  it('applies the parts in order, on trial until the operator confirms them', async () => {
    const host = createNode();
    const parts = [part('base', BASE), part('rack', `haos: {sysctls: {${SYSCTL}: "20"}}\n`, 200)];
    const status = await simulate({ host, says: [wanted(parts)] });

    expect(resultOf(status)).toEqual(['Applied', true]);
    expect([host.kernel.sysctl(SYSCTL), host.files.readText('/etc/motd')]).toEqual(['20', 'hello']);
    expect(host.files.stat(FILE)).toMatchObject({ mode: 0o600 });
    expect(readTry(host)?.state).toBe('pending');

    const confirmed = wanted(parts, { confirmed: wanted(parts).hash });
    const later = await simulate({ host, says: [confirmed, confirmed] });

    expect(readTry(host)?.state).toBe('confirmed');
    expect(resultOf(later)).toEqual(['Applied', true]);
    expect(conditionOf(later, 'InSync')).toMatchObject({ status: 'True' });
  });

  it('shows no text from a Secret, neither one that comes nor one that goes', async () => {
    const host = createNode();
    const secret = (value: string): NodePart => ({
      ...part('base', `write_files: [{path: /etc/motd, content: "hello\\npass=${value}\\n"}]\n`),
      secrets: [value],
    });
    const planned = await simulate({
      host,
      says: [wanted([secret('hunter22')], { apply: false, hash: 'a' })],
    });
    const applied = wanted([secret('hunter22')], { hash: 'a' });
    await simulate({ host, says: [applied, { ...applied, confirmed: applied.hash }] });
    const changed = await simulate({
      host,
      says: [wanted([secret('letmein9')], { apply: false, hash: 'b' })],
    });
    const invalid = await simulate({
      host,
      says: [
        wanted([{ ...part('base', 'hostname: "letmein9 x"\n'), secrets: ['letmein9 x'] }], { hash: 'c' }),
      ],
    });

    for (const { plan } of [planned, changed])
      expect(plan?.operations.map(({ target }) => target)).toContain('/etc/motd');
    expect(invalid.config).toMatchObject({ result: 'Failed', message: expect.stringContaining('***') });
    expect(JSON.stringify([planned, changed, invalid])).not.toMatch(/hunter22|letmein9/);
  });

  it('publishes a plan, and applies it only when it may', async () => {
    const host = createNode();
    const calls: string[] = [];
    const commands = commandsOf(host, calls);
    const parts = [part('base', BASE)];

    const planned = await simulate({ host, commands, says: [wanted(parts, { apply: false })] });
    expect(calls).toEqual(['plan']);
    expect(planned.plan).toMatchObject({ action: 'Reload', wanted: wanted(parts).hash });
    const operations = planned.plan?.operations.map(({ what, target }) => `${what} ${target}`);
    expect(operations).toContain(`update kernel setting ${SYSCTL}`);
    expect(operations).toContain('create file /etc/motd');
    expect(planned.config).toMatchObject({ result: 'Waiting' });
    expect(host.kernel.sysctl(SYSCTL)).toBe('60');

    const other = await simulate({ host, commands, says: [wanted(parts, { planHash: 'other' })] });
    expect(other.config?.message).toContain('the plan has changed since it was approved');

    const approved = wanted(parts, { planHash: planned.plan?.hash ?? '' });
    expect(resultOf(await simulate({ host, commands, says: [approved] }))).toEqual(['Applied', true]);
  });

  it('waits if the plan needs more than is allowed', async () => {
    const host = createNode();
    const status = await simulate({ host, says: [wanted([part('boot', 'boot_cmd: [a]\n')])] });

    expect(status.config).toMatchObject({
      result: 'Waiting',
      message: expect.stringContaining('needs Reboot'),
    });
    expect(conditionOf(status, 'ConfigApplied')).toMatchObject({ status: 'Unknown', reason: 'Waiting' });
  });

  it('reboots if a part needs it, and reports it as applied only then', async () => {
    const host = createNode();
    const calls: string[] = [];
    const seen: unknown[] = [];
    const commands = commandsOf(host, calls);
    const parts = wanted([part('boot', 'boot_cmd: [a]\n')], { allow: 'Reboot' });
    await simulate({
      host,
      commands: {
        ...commands,
        async reboot() {
          seen.push(readRecord(host).applied);
          await commands.reboot();
        },
      },
      says: [parts],
    });

    expect(calls).toEqual(['plan', 'apply', 'reboot']);
    expect(seen).toEqual([undefined]);
    expect(readRecord(host).applied).toBe(parts.hash);
  });

  it('restores what was there if a step fails, and tries again only with a new attempt', async () => {
    const host = createNode();
    const calls: string[] = [];
    const commands = commandsOf(host, calls);
    await simulate({ host, commands, says: [wanted([part('base', BASE)])] });
    await confirmTry(host);
    const parts = [part('base', `haos: {sysctls: {${SYSCTL}: "30", no.such: "1"}}\n`)];
    calls.length = 0;

    const status = await simulate({ host, commands, says: [wanted(parts), wanted(parts)] });

    expect(status.config).toMatchObject({ result: 'Failed', message: expect.stringContaining('no.such') });
    expect(status.config?.applied).toBe(wanted([part('base', BASE)]).hash);
    expect(status.config?.parts).toEqual([{ name: 'base', generation: 1, hash: part('base', BASE).hash }]);
    expect(host.kernel.sysctl(SYSCTL)).toBe('10');
    expect(calls.filter((call) => call === 'apply')).toHaveLength(1);
    await simulate({ host, commands, says: [wanted(parts, { attempt: 'second' })] });
    expect(calls.filter((call) => call === 'apply')).toHaveLength(2);
  });

  it('reports that the parts were not confirmed, and does not apply them again', async () => {
    const host = createNode();
    const parts = wanted([part('base', BASE)]);
    await simulate({ host, says: [parts] });
    host.files.write('/proc/uptime', '220.00 1.00\n');
    await revertTry({ host, expired: true });

    const status = await simulate({ host, says: [parts, parts] });

    expect(resultOf(status)).toEqual(['Reverted', false]);
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'False', reason: 'Reverted' });
    expect(host.files.stat(FILE)).toBeUndefined();
  });

  it('keeps what is confirmed when the operator at once wants a plan of more', async () => {
    const host = createNode();
    const [base, rack] = [part('base', BASE), part('rack', 'hostname: rack\n', 200)];
    const confirmed = wanted([base]).hash;
    const calls: string[] = [];
    const status = await simulate({
      host,
      commands: commandsOf(host, calls),
      says: [wanted([base]), wanted([base, rack], { apply: false, confirmed })],
    });

    expect(calls).toEqual(['plan', 'apply', 'confirm', 'plan']);
    expect(status.config).toMatchObject({ applied: confirmed, result: 'Applied' });
    expect(host.kernel.sysctl(SYSCTL)).toBe('10');
  });

  it('leaves what is not confirmed when the operator wants something else', async () => {
    const host = createNode();
    const calls: string[] = [];
    const other = wanted([part('other', `haos: {sysctls: {${SYSCTL}: "40"}}\n`)]);
    const status = await simulate({
      host,
      commands: commandsOf(host, calls),
      says: [wanted([part('base', BASE)]), other],
    });

    expect(calls).toEqual(['plan', 'apply', 'revert', 'plan', 'apply']);
    expect(resultOf(status)).toEqual(['Applied', true]);
    expect(host.kernel.sysctl(SYSCTL)).toBe('40');
  });

  it('removes its file when no part is left', async () => {
    const host = createNode();
    await simulate({ host, says: [wanted([part('base', BASE)])] });
    await confirmTry(host);

    const status = await simulate({ host, says: [wanted([])] });

    expect(resultOf(status)).toEqual(['Applied', true]);
    expect(host.files.stat(FILE)).toBeUndefined();
  });

  it('applies nothing of parts of which one is wrong, and names it', async () => {
    const host = createNode();
    const status = await simulate({
      host,
      says: [wanted([part('base', BASE), part('bad', 'hostname: "a b"\n')])],
    });

    expect(status.config).toMatchObject({
      result: 'Failed',
      message: expect.stringContaining('NodeConfig/bad:1'),
    });
    expect(status.issues).toMatchObject([{ code: 'invalid-hostname', origin: 'NodeConfig/bad:1' }]);
    expect(host.files.stat(FILE)).toBeUndefined();
  });

  it('reports what somebody changed on the node, with the part that owns it, and leaves it', async () => {
    const host = createNode();
    const parts = wanted([part('base', BASE)]);
    await simulate({ host, says: [parts] });
    await confirmTry(host);
    host.files.write('/etc/motd', 'changed');
    host.kernel.setSysctl(SYSCTL, '99');

    const status = await simulate({ host, says: [parts] });

    expect(status.drift).toEqual([
      { path: SYSCTL, kind: 'Changed', owner: 'NodeConfig/base' },
      { path: '/etc/motd', kind: 'Changed', owner: 'NodeConfig/base' },
    ]);
    expect(conditionOf(status, 'InSync')).toMatchObject({ status: 'False', reason: 'Drift' });
    expect(host.files.readText('/etc/motd')).toBe('changed');
  });

  it('leaves a file that a person tries', async () => {
    const host = createNode();
    const content = new TextEncoder().encode('haos: {dns_nameservers: [9.9.9.9]}\n');
    await tryConfig(host, { name: '60-own.yaml', content, duration: 120 });

    const status = await simulate({ host, says: [wanted([part('base', BASE)])] });

    expect(status.config).toMatchObject({
      result: 'Waiting',
      message: 'config.d/60-own.yaml is on trial on the node',
    });
    expect(host.files.stat(FILE)).toBeUndefined();
  });
});

describe('an upgrade by an agent', () => {
  const request = { id: 'a', version: 'v2.0.0', source: 'https://releases.example/v2.0.0/' };
  const upgraded = (more: object = {}) => wanted([], { upgrade: { ...request, ...more } });

  it.each([
    ['v2.0.0', false, 'Healthy', 'True'],
    ['v2.0.0', true, 'Trial', 'Unknown'],
    ['v1.0.0', false, 'RolledBack', 'False'],
  ])('that boots %s, on trial: %s, is %s', async (version, isOnTrial, verdict, healthy) => {
    const host = createNode();
    const calls: string[] = [];
    const commands = commandsOf(host, calls);
    const status = await simulate({
      host,
      commands: {
        ...commands,
        async reboot() {
          await commands.reboot();
          host.files.write(layout.version, `${version}\n`);
          host.files.write(layout.runningSet, 'v2/-/6');
          if (isOnTrial) host.files.write('/haos/system/grubenv', grubEnv('v2/-/6'));
        },
      },
      says: [upgraded()],
    });

    expect(calls).toEqual(['upgrade v2.0.0', 'reboot']);
    expect(status.upgrade).toMatchObject({ id: 'a', verdict });
    expect(conditionOf(status, 'UpgradeHealthy')).toMatchObject({ status: healthy });
  });

  it('that is refused is not repeated before there is a new request', async () => {
    const host = createNode();
    const calls: string[] = [];
    const { HaosError } = await import('@haos/host');
    const commands = {
      ...commandsOf(host, calls),
      async upgrade() {
        calls.push('upgrade');
        throw new HaosError('HAOS_COMMAND_FAILED', 'not signed');
      },
    };
    const status = await simulate({ host, commands, says: [upgraded(), upgraded()] });

    expect(status.upgrade).toMatchObject({ verdict: 'Failed', message: 'not signed' });
    expect(calls).toEqual(['upgrade']);
    await simulate({ host, commands, says: [upgraded({ id: 'b' })] });
    expect(calls).toEqual(['upgrade', 'upgrade']);
  });

  it('is taken back by a request', async () => {
    const host = createNode();
    host.files.write(layout.version, 'v2.0.0\n');
    const calls: string[] = [];
    const commands = commandsOf(host, calls);
    const status = await simulate({
      host,
      commands: {
        ...commands,
        async reboot() {
          await commands.reboot();
          host.files.write(layout.version, 'v1.0.0\n');
        },
      },
      says: [upgraded({ rollBack: true })],
    });

    expect(calls).toEqual(['roll back', 'reboot']);
    expect(status.upgrade).toMatchObject({ verdict: 'RolledBack' });
    expect(conditionOf(status, 'UpgradeHealthy')).toMatchObject({ status: 'True' });
  });
});

function grubEnv(set: string): string {
  return `# GRUB Environment Block\nhaos_slot=current\nhaos_trial=${set}\nhaos_tries=1\n`.padEnd(1024, '#');
}

it('an agent that is killed at any command or write comes to the same end', async () => {
  const parts = [part('base', BASE)];
  const says = [
    wanted(parts),
    (status: NodeStateStatus) =>
      wanted(parts, status.config?.result === 'Applied' ? { confirmed: wanted(parts).hash } : {}),
    wanted(parts, { confirmed: wanted(parts).hash }),
  ];
  for (let effects = 0, isOver = false; !isOver; effects += 1) {
    const host = createNode();
    let left = effects;
    const mortal = <T extends object>(target: T, names: readonly (keyof T)[]): T => {
      const counted = { ...target };
      for (const name of names)
        counted[name] = ((...args: unknown[]) => {
          if (left === 0) throw new Error('killed');
          left -= 1;
          return (target[name] as (...given: unknown[]) => unknown)(...args);
        }) as T[typeof name];
      return counted;
    };
    const dying = { ...host, files: mortal(host.files, ['write', 'remove']) } as Host;
    const commands = mortal(commandsOf(dying), ['planFile', 'apply', 'confirm']);
    isOver = await simulate({ host: dying, commands, says }).then(
      () => true,
      () => false,
    );

    const status = await simulate({ host, says });

    expect(resultOf(status), `killed before effect ${effects}`).toEqual(['Applied', true]);
    expect(readTry(host)?.state, `killed before effect ${effects}`).toBe('confirmed');
    expect(host.kernel.sysctl(SYSCTL)).toBe('10');
    if (isOver) expect(effects).toBeGreaterThan(8);
  }
}, 240_000);
