import type { NodeStatus } from '@haos/cc';
import { describe, expect, it } from 'vitest';
import { formatNodeStatus } from './format-node-status.js';

const SET = { haos: 'v0.2.0', k3s: 'v1.36.4+k3s1', kernel: '6.12-v0.2.0' };
const OLD = { haos: 'v0.1.0', kernel: '6.12-v0.1.0' };

const HEALTHY: NodeStatus = {
  isHealthy: true,
  problems: [],
  hostname: 'node-1',
  version: 'v0.2.0',
  mode: 'disk',
  secureBoot: true,
  rootHash: undefined,
  encryption: undefined,
  addresses: [
    { interface: 'eth0', address: '10.0.2.15' },
    { interface: 'eth1', address: 'fd00::1' },
  ],
  slots: { current: SET, previous: OLD },
  arrays: [],
  upgrade: { state: 'healthy', running: SET },
  configuration: { state: 'done', phases: ['boot', 'runtime'], issues: [], failures: [], hasNoData: false },
  kubernetes: {
    state: 'ready',
    role: 'server',
    version: 'v1.36.4+k3s1',
    node: 'node-1',
    isCordoned: false,
    reason: undefined,
    hint: undefined,
  },
};

function format(changes: Partial<NodeStatus>): string {
  return formatNodeStatus({ ...HEALTHY, ...changes }, false);
}

describe('the status of a node for people', () => {
  it.each([
    ['off', false, /^secure boot: +off$/m],
    ['unknown, as on a machine without EFI', undefined, /^(?![\s\S]*secure boot)/],
  ])('shows that Secure Boot is %s', (_title, secureBoot, pattern) => {
    expect(format({ secureBoot })).toMatch(pattern);
  });

  it('shows the root hash only if the root image is verified', () => {
    expect(format({ rootHash: 'ab12' })).toMatch(/^root image: +verified, root hash ab12$/m);
    expect(format({})).not.toContain('root image');
  });

  it('shows the encryption, and what to do about the recovery key', () => {
    const text = format({ encryption: { device: '/dev/vda2', recoveryKey: 'unconfirmed' } });

    expect(text).toMatch(
      /^encryption: +the data and the configuration, with a passphrase\n +the recovery key is not/m,
    );
    expect(format({})).not.toContain('encryption');
  });

  it('shows what the TPM did, and what comes next', () => {
    const encryption = { device: '/dev/vda2', recoveryKey: 'none' } as const;
    const sealed = format({ encryption: { ...encryption, tpm: { hasKey: true, refusal: undefined } } });
    expect(sealed).toMatch(
      /^encryption: .* with a passphrase, and a key in the TPM\n +the TPM opens the data at/m,
    );
    const withFloor = (current: number, next?: number) =>
      format({
        encryption: { ...encryption, tpm: { hasKey: true, refusal: undefined, floor: { current, next } } },
      });
    expect(withFloor(0)).toBe(sealed);
    expect(withFloor(0, 0)).toBe(sealed);
    expect(withFloor(2)).toContain('the floor of the TPM is 2\n');
    expect(withFloor(1, 2)).toContain('the floor of the TPM is 1; 2 when this version is confirmed\n');
    const refused = format({ encryption: { ...encryption, tpm: { hasKey: false, refusal: 'a reason' } } });
    expect(refused).toContain('the TPM did not open the data: a reason; the console asks at the next start');
  });

  it('fits on one screen', () => {
    expect(format({})).toBe(`HAOS v0.2.0 on node-1, mode disk: healthy
addresses:     10.0.2.15 (eth0)
               fd00::1 (eth1)
secure boot:   on
versions:      current   haos v0.2.0, k3s v1.36.4+k3s1, kernel 6.12-v0.2.0  (runs)
               previous  haos v0.1.0, kernel 6.12-v0.1.0
upgrade:       this version works
configuration: done (phases: boot, runtime)
kubernetes:    Ready (server, v1.36.4+k3s1, node node-1)
`);
  });

  it('shows each array, and what to do about one that lacks a disk', () => {
    const array = { name: 'data', level: 'raid1', disks: 2, failed: [], progress: undefined };
    const arrays: NodeStatus['arrays'] = [
      { ...array, device: '/dev/md126', state: 'complete', working: 2 },
      { ...array, device: '/dev/md127', name: undefined, state: 'degraded', working: 1 },
    ];

    expect(format({ arrays })).toContain(`
arrays:        /dev/md126 (data, raid1): complete, 2 of 2 disks work
               /dev/md127 (raid1): degraded, 1 of 2 disks work
                 hint: Replace the disk, then run \`sudo mdadm /dev/md127 --add DISK\`.
`);
  });

  it('shows why the node is not Ready, and what to do', () => {
    const kubernetes: NodeStatus['kubernetes'] = {
      ...HEALTHY.kubernetes,
      state: 'not-ready',
      role: 'agent',
      reason: 'the server refuses the token',
      hint: 'Compare haos.token.',
      isCordoned: true,
    };

    expect(format({ isHealthy: false, kubernetes })).toContain(`mode disk: not healthy
`);
    expect(
      format({ isHealthy: false, kubernetes }),
    ).toContain(`kubernetes:    not Ready: the server refuses the token (agent, v1.36.4+k3s1, node node-1)
               cordoned: no new pods start here
                 hint: Compare haos.token.
`);
  });

  it('shows why k3s waits', () => {
    const kubernetes: NodeStatus['kubernetes'] = {
      ...HEALTHY.kubernetes,
      state: 'held',
      role: undefined,
      version: undefined,
      node: undefined,
      reason: 'unknown key haos.server_ulr (/c.yaml:2)',
      hint: 'Correct it.',
    };

    expect(format({ kubernetes })).toContain(
      'kubernetes:    k3s waits: unknown key haos.server_ulr (/c.yaml:2)\n                 hint: Correct it.\n',
    );
  });

  it('shows which version failed', () => {
    const text = format({
      upgrade: { state: 'healthy', running: OLD, failed: 'v0.2.0/v1.36.4+k3s1/6.12-v0.2.0' },
    });

    expect(text).toMatch(/previous {2}haos v0\.1\.0, kernel 6\.12-v0\.1\.0 {2}\(runs\)$/m);
    expect(text).toMatch(
      /^ +v0\.2\.0\/\S+ failed and is refused; `sudo haos upgrade forget` allows it again$/m,
    );
  });

  it('shows how many boots of a trial are left', () => {
    expect(format({ upgrade: { state: 'on-trial', running: SET, triesLeft: 1 } })).toMatch(
      /^upgrade: +this version is on trial, 1 more boot$/m,
    );
  });

  it('shows what failed, and only as many issues as fit on a screen', () => {
    const issue = {
      severity: 'warning',
      code: 'unknown-key',
      message: 'unknown key a',
      pointer: '/a',
      key: 'a',
      origin: undefined,
      hint: undefined,
    } as const;
    const text = format({
      configuration: {
        ...HEALTHY.configuration,
        issues: Array.from({ length: 20 }, () => issue),
        failures: [
          {
            phase: 'boot',
            applier: 'sysctls',
            code: 'HAOS_KERNEL_SYSCTL',
            message: 'cannot set a.b',
            hint: 'Remove it.',
          },
        ],
      },
    });

    expect(text.match(/unknown key a/g)).toHaveLength(8);
    expect(text).toMatch(/^ +\.\.\. and 12 more: sudo haos config status$/m);
    expect(text).toMatch(/^ +failed: sysctls \(boot\): cannot set a\.b\n +hint: Remove it\.$/m);
  });

  it('shows no versions if there are no slots', () => {
    const text = format({ mode: 'live', slots: undefined, upgrade: undefined });

    expect(text).not.toMatch(/^versions:|^upgrade:/m);
  });

  it('is coloured only if the output supports it', () => {
    expect(formatNodeStatus(HEALTHY, true)).toContain('\u001b[32mhealthy');
    expect(format({})).not.toContain('\u001b');
  });
});
