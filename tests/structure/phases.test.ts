import { describe, expect, it } from 'vitest';
import { sequence } from '../../packages/cc/src/apply/sequence.js';
import { PHASES, type Phase } from '../../packages/cc/src/apply/types.js';
import { snakeCase } from '../../packages/cc/src/model/key.js';
import { configSchema, type DescribedKey } from '../../packages/cc/src/model/schema.js';

/** The table of the specification, with the current names of the keys. */
const DOCUMENTED: Readonly<Record<string, readonly Phase[]>> = {
  ssh_authorized_keys: ['boot', 'runtime'],
  write_files: ['initrd', 'boot', 'runtime'],
  boot_manifests: ['runtime'],
  hostname: ['initrd', 'boot', 'runtime'],
  run_cmd: ['runtime'],
  boot_cmd: ['boot'],
  init_cmd: ['initrd'],
  'haos.data_sources': ['runtime'],
  'haos.modules': ['initrd', 'boot', 'runtime'],
  'haos.sysctls': ['initrd', 'boot', 'runtime'],
  'haos.hardening': ['boot', 'runtime'],
  'haos.timezone': ['boot', 'runtime'],
  'haos.keyboard': ['boot', 'runtime'],
  'haos.network': ['boot', 'runtime'],
  'haos.ntp_servers': ['boot', 'runtime'],
  'haos.dns_nameservers': ['boot', 'runtime'],
  'haos.wifi': ['boot', 'runtime'],
  'haos.mounts': ['boot', 'runtime'],
  'haos.password': ['initrd', 'boot', 'runtime'],
  'haos.ssh.password_authentication': ['boot', 'runtime'],
  'haos.ssh.allow_users': ['boot', 'runtime'],
  'haos.server_url': ['boot', 'runtime'],
  'haos.token': ['boot', 'runtime'],
  'haos.labels': ['boot', 'runtime'],
  'haos.k3s_args': ['boot', 'runtime'],
  'haos.environment': ['initrd', 'boot', 'runtime'],
  'haos.taints': ['boot', 'runtime'],
  'haos.upgrade.channel': ['runtime'],
  'haos.upgrade.version': ['runtime'],
  'haos.upgrade.image': ['runtime'],
  'haos.operator': ['runtime'],
};

/**
 * Handled in more phases than documented: the service that queries the sources is configured before
 * it starts.
 */
const HANDLED_EARLIER: Readonly<Record<string, readonly Phase[]>> = { 'haos.data_sources': ['boot'] };

const BOOT_PHASES = ['initrd', 'boot', 'runtime'] as const;
const appliers = [...new Set(PHASES.flatMap((phase) => sequence[phase]))];

/** Returns every key that is not a section, as documented, with the phases in the schema. */
function keysOf(section: DescribedKey, prefix = ''): [key: string, phases: readonly Phase[] | undefined][] {
  return (section.keys ?? []).flatMap((key) => {
    const path = prefix + snakeCase(key.name);
    return key.kind === 'section' ? keysOf(key, `${path}.`) : [[path, key.phases]];
  });
}

function handledIn(key: string): Phase[] {
  return BOOT_PHASES.filter((phase) => sequence[phase].some(({ keys }) => keys.includes(key)));
}

function inOrderOfPhases(phases: readonly Phase[]): Phase[] {
  return BOOT_PHASES.filter((phase) => phases.includes(phase));
}

describe('the phase table', () => {
  it('is the documented one', () => {
    const rows = keysOf(configSchema).filter(([, phases]) => phases !== undefined);
    const table = rows.map(([key, phases = []]) => [key, inOrderOfPhases(phases)]);

    expect(Object.fromEntries(table)).toEqual(DOCUMENTED);
  });

  it('names every key but those of the installer', () => {
    const keys = keysOf(configSchema)
      .map(([key]) => key)
      .filter((key) => !key.startsWith('haos.install.'));

    expect(keys.sort()).toEqual(Object.keys(DOCUMENTED).sort());
  });

  it.each(Object.entries(DOCUMENTED))('matches the sequence for %s', (key, phases) => {
    expect(handledIn(key)).toEqual(inOrderOfPhases([...phases, ...(HANDLED_EARLIER[key] ?? [])]));
  });
});

describe('appliers', () => {
  it.each(appliers.map((applier) => [applier.name, applier]))('%s has documented keys only', (_, applier) => {
    expect(applier.keys.filter((key) => !Object.hasOwn(DOCUMENTED, key))).toEqual([]);
    expect(applier.keys).not.toEqual([]);
  });

  it('have unique names, and occur once in a phase', () => {
    const names = appliers.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    for (const phase of PHASES) expect(new Set(sequence[phase]).size).toBe(sequence[phase].length);
  });

  it('configure only k3s in the phase install', () => {
    expect(sequence.install.map(({ name }) => name)).toEqual(['k3s']);
  });
});

describe('the order', () => {
  const before: readonly (readonly [Phase, string, string, string])[] = [
    ['initrd', 'write-files', 'init-cmd', 'a command can run a script that was written'],
    ['boot', 'write-files', 'boot-cmd', 'a command can run a script that was written'],
    ['boot', 'timezone', 'write-files', 'a file of the configuration takes its place'],
    ['runtime', 'mounts', 'write-files', 'files are written to the disk, not below it'],
    ['runtime', 'mounts', 'k3s', 'k3s waits for a disk that is missing'],
    ['boot', 'boot-cmd', 'k3s-early', 'the configuration of k3s is complete'],
    ['runtime', 'write-files', 'run-cmd', 'a command can run a script that was written'],
    ['runtime', 'run-cmd', 'k3s', 'k3s starts on a node that the commands have prepared'],
    ['runtime', 'shipped-manifests', 'k3s', 'k3s finds what it applies when it starts'],
    ['runtime', 'k3s', 'boot-manifests', 'k3s does not wait for downloads'],
    ['runtime', 'ssh-authorized-keys', 'ssh-authorized-keys-remote', 'a login does not wait for downloads'],
    ['runtime', 'run-cmd', 'boot-manifests', 'commands do not wait for downloads'],
    ['boot', 'hostname', 'connman', 'connman must know whether there is a name'],
  ];

  it.each(before)('of %s has %s before %s: %s', (phase, first, second) => {
    const names = sequence[phase].map(({ name }) => name);

    expect(names).toEqual(expect.arrayContaining([first, second]));
    expect(names.indexOf(first)).toBeLessThan(names.indexOf(second));
  });

  it('has no step that downloads outside the runtime phase', () => {
    const early = [...sequence.initrd, ...sequence.boot, ...sequence.install];

    expect(early.filter(({ fetch }) => fetch !== undefined).map(({ name }) => name)).toEqual([]);
  });
});
