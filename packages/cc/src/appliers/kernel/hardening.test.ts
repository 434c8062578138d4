import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { hardening } from './hardening.js';

const LOCKDOWN = '/sys/kernel/security/lockdown';
const SYSCTLS = {
  'kernel.kexec_load_disabled': '0',
  'kernel.io_uring_disabled': '0',
  'net.core.bpf_jit_harden': '0',
};
const STRICT = { haos: { hardening: 'strict' } } as const;

describe('haos.hardening', () => {
  it('sets what this kernel has, blocks modules, locks the kernel down and says so, once', async () => {
    const host = hostWith();

    const { first, second } = await runTwice(hardening, STRICT, { host, phase: 'boot' });

    expect(first.failures).toEqual([]);
    expect(host.kernel.sysctl('kernel.io_uring_disabled')).toBe('2');
    expect(host.files.readText('/etc/modprobe.d/haos-strict.conf')).toMatch(/^install sctp \/bin\/false$/m);
    expect(host.files.readText(LOCKDOWN)).toBe('none integrity [confidentiality]\n');
    expect(host.files.readText('/run/haos/hardening')).toBe('strict\n');
    expect(second.operations).toEqual([]);
  });

  it('leaves what the configuration sets and loads itself', async () => {
    const host = hostWith();
    const haos = {
      ...STRICT.haos,
      sysctls: { 'net/core/bpf_jit_harden': '1' },
      modules: ['sctp', 'l2tp_core a=1'],
    };

    await runApplier(hardening, { haos }, { host });

    expect(host.kernel.sysctl('net.core.bpf_jit_harden')).toBe('0');
    expect(host.files.readText('/etc/modprobe.d/haos-strict.conf')).not.toMatch(/sctp|l2tp/);
  });

  it.each([{ haos: { hardening: 'standard' } } as const, {}])('does nothing for %j', async (config) => {
    const host = hostWith();

    expect((await runApplier(hardening, config, { host })).operations).toEqual([]);
  });

  it('refuses a level that does not exist', async () => {
    const config = { haos: { hardening: 'paranoid' as 'strict' } };

    expect((await runApplier(hardening, config, { host: hostWith() })).failures).toEqual([
      'HAOS_CC_HARDENING',
    ]);
  });

  it('plans without doing', async () => {
    const host = hostWith({ kind: 'plan' });

    const run = await runApplier(hardening, STRICT, { host });

    expect(run.operations).toContainEqual(
      expect.objectContaining({ key: 'kernel.io_uring_disabled', status: 'planned' }),
    );
    expect(host.calls).toEqual([]);
  });
});

/** `tee` writes to the file as the kernel would show it. */
function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost({
    sysctls: SYSCTLS,
    tree: { [LOCKDOWN]: '[none] integrity confidentiality\n' },
    commands: {
      tee: () => {
        host.files.write(LOCKDOWN, 'none integrity [confidentiality]\n');
        return {};
      },
    },
    ...options,
  });
  onTestFinished(() => host.dispose());
  return host;
}
