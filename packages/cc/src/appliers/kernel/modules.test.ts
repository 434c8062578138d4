import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { modules } from './modules.js';

describe('modules', () => {
  it('loads modules with their parameters, except those already loaded', async () => {
    const host = hostWith({ modules: ['kvm'] });
    const config = { haos: { modules: ['kvm', 'nvme  poll_queues=4\tio_timeout=30', ''] } };

    const { first, second } = await runTwice(modules, config, { host });

    expect(first.operations).toMatchObject([
      { kind: 'load-module', name: 'nvme', parameters: ['poll_queues=4', 'io_timeout=30'] },
    ]);
    expect(second.operations).toEqual([]);
  });

  it('passes parameters in quotes to the kernel, and treats none as an option of modprobe', async () => {
    const host = hostWith();
    const config = {
      haos: { modules: ['nvme dyndbg="file core.c +p"', 'kvm --remove', 'kvm -r', 'kvm a=\0'] },
    };

    const run = await runApplier(modules, config, { host });

    expect(run.operations).toMatchObject([
      { kind: 'load-module', name: 'nvme', parameters: ['dyndbg="file', 'core.c', '+p"'] },
    ]);
    expect(run.failures).toEqual(['HAOS_CC_MODULE', 'HAOS_CC_MODULE', 'HAOS_CC_MODULE']);
  });

  it.each(['-r', '../x', 'a/b', 'a;b', 'ä'])('refuses the name %s, and loads the others', async (name) => {
    const host = hostWith();

    const run = await runApplier(modules, { haos: { modules: [name, 'kvm'] } }, { host });

    expect(run.failures).toEqual(['HAOS_CC_MODULE']);
    expect(host.kernel.hasModule('kvm')).toBe(true);
  });

  it('reports a module that cannot be loaded, and loads the others', async () => {
    const host = hostWith({ missingModules: ['nothere'] });

    const run = await runApplier(modules, { haos: { modules: ['nothere', 'kvm'] } }, { host });

    expect(run.failures).toEqual(['HAOS_KERNEL_MODULE']);
    expect(host.kernel.hasModule('kvm')).toBe(true);
  });

  it('plans without loading', async () => {
    const host = hostWith({ kind: 'plan' });

    const run = await runApplier(modules, { haos: { modules: ['kvm'] } }, { host });

    expect(run.operations).toMatchObject([{ kind: 'load-module', status: 'planned' }]);
    expect(host.calls).toEqual([]);
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
