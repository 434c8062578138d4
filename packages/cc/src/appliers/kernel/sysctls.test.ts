import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { sysctls } from './sysctls.js';

const CONFIG = {
  haos: { sysctls: { 'no.such.key': '1', 'kernel.printk': '4 4 1 7', 'kernel.kptr_restrict': '1' } },
};
const SYSCTLS = { 'kernel.printk': '7\t4\t1\t7', 'kernel.kptr_restrict': '1' };

describe('sysctls', () => {
  it('sets different values, and reports a key that the kernel does not know', async () => {
    const host = hostWith({ sysctls: SYSCTLS });

    const { first, second } = await runTwice(sysctls, CONFIG, { host });

    expect(first.failures).toEqual(['HAOS_KERNEL_SYSCTL']);
    expect(first.operations).toMatchObject([{ kind: 'set-sysctl', key: 'kernel.printk', value: '4 4 1 7' }]);
    expect(second.operations).toEqual([]);
  });

  it('plans without setting', async () => {
    const host = hostWith({ kind: 'plan', sysctls: SYSCTLS });

    const run = await runApplier(sysctls, CONFIG, { host });

    expect(run.operations).toContainEqual(
      expect.objectContaining({ key: 'kernel.printk', status: 'planned' }),
    );
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
