import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditDiskArguments, makeAuditDisk, mountAuditTools, runLynis } from '../vm/audit-tools.js';
import { isoArguments } from '../vm/image.js';
import { type Machine, startMachine } from '../vm/machine.js';
import { waitForRuntime } from '../vm/status.js';

/** Only the firmware or a cluster can satisfy them: docs/security.md. */
const LEFT = [
  ...['trust.secure-boot', 'trust.root-image', 'trust.encryption'],
  ...['kubernetes.1.2.16', 'kubernetes.1.2.27'],
];

describe('the security settings', () => {
  let machine: Machine;

  beforeAll(async () => {
    const tools = auditDiskArguments(await makeAuditDisk());
    machine = await startMachine({ name: 'audit', memory: 2048, args: [...isoArguments(), ...tools] });
    await machine.expect(/HAOS: rescue shell/, 600);
    await machine.logIn();
    await waitForRuntime(machine);
  });

  afterAll(() => machine.stop());

  it('are good to lynis', async () => {
    await mountAuditTools(machine);

    const { index, suggestions } = await runLynis(machine);

    process.stderr.write(`lynis: hardening index ${index}\n${suggestions.join('\n')}\n`);
    expect(index, suggestions.join('\n')).toBeGreaterThanOrEqual(80);
  });

  it('become strict, and Kubernetes stays Ready', async () => {
    const put = 'printf "haos: {hardening: strict}" | haos config put strict.yaml --apply';
    await machine.read(put);

    const { output } = await machine.run('haos audit --format json');
    const { results } = JSON.parse(output) as { results: { id: string; status: string }[] };
    const failed = results.filter(({ status }) => status === 'fail').map(({ id }) => id);
    expect(failed.filter((id) => !LEFT.includes(id))).toEqual([]);
    expect(results).toContainEqual(expect.objectContaining({ id: 'trust.lockdown', status: 'pass' }));

    await machine.read('rc-service k3s-service restart');
    await machine.read('until haos status >/dev/null; do sleep 5; done', 600);
  });
});
