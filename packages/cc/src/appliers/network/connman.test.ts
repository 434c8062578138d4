import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { layout } from '@haos/system';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { connman } from './connman.js';

const PATH = '/etc/connman/main.conf';
const RESTART = 'rc-service --nodeps --ifexists --ifstarted connman restart';

describe('connman', () => {
  it('writes the fallback servers during boot, without touching the service', async () => {
    const host = hostWith();
    const config = { haos: { dnsNameservers: ['8.8.8.8', '1.1.1.1'], ntpServers: ['0.us.pool.ntp.org'] } };

    const { first, second } = await runTwice(connman, config, { host, phase: 'boot' });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(host.files.readText(PATH).split('\n').slice(1)).toEqual([
      '[General]',
      'NetworkInterfaceBlacklist=veth,cni,flannel,cali,kube-ipvs,docker,virbr',
      'PreferredTechnologies=ethernet,wifi',
      'EnableOnlineCheck=false',
      'FallbackNameservers=8.8.8.8,1.1.1.1',
      'FallbackTimeservers=0.us.pool.ntp.org',
      '',
    ]);
  });

  it('writes the file without any key, and without fallbacks', async () => {
    const host = hostWith();

    await runApplier(connman, {}, { host, phase: 'boot' });

    expect(host.files.readText(PATH)).not.toContain('Fallback');
  });

  it('restarts a running connman when the servers changed at runtime, and only then', async () => {
    const host = hostWith({ commands: { [RESTART]: {} } });

    const { second } = await runTwice(connman, { haos: { ntpServers: ['ntp.example'] } }, { host });

    expect(host.calls).toHaveLength(1);
    expect(second.operations).toEqual([]);
  });

  it.each<[string, object, TestHostOptions]>([
    ['configured', { hostname: 'node' }, {}],
    ['kept', {}, { tree: { [layout.keptHostname]: 'node\n' } }],
  ])('prevents DHCP from naming a machine whose name is %s', async (_, config, options) => {
    const host = hostWith(options);

    await runApplier(connman, config, { host, phase: 'boot' });

    expect(host.files.readText(PATH)).toContain('\nAllowHostnameUpdates=false\n');
  });

  it('lets DHCP name a machine whose configured name is empty', async () => {
    const host = hostWith();

    await runApplier(connman, { hostname: 'no name' }, { host, phase: 'boot' });

    expect(host.files.readText(PATH)).not.toContain('AllowHostnameUpdates');
  });

  it('does not restart connman for the host name alone', async () => {
    const host = hostWith();
    await runApplier(connman, {}, { host, phase: 'boot' });

    const run = await runApplier(connman, { hostname: 'node' }, { host });

    expect(run.operations).toMatchObject([{ kind: 'write-file', path: PATH }]);
  });

  it('never writes a line break into the file, and still writes the rest', async () => {
    const host = hostWith();
    const config = {
      haos: { dnsNameservers: ['8.8.8.8\nSingleConnectedTechnology=true'], ntpServers: ['ntp.example'] },
    };

    const run = await runApplier(connman, config, { host, phase: 'boot' });

    expect(run.failures).toEqual(['HAOS_CC_CONNMAN_VALUE']);
    expect(host.files.readText(PATH)).not.toContain('SingleConnectedTechnology');
    expect(host.files.readText(PATH)).toContain('FallbackTimeservers=ntp.example');
  });

  it('leaves the file to write_files when that writes it', async () => {
    const host = hostWith();

    const run = await runApplier(connman, { writeFiles: [{ path: PATH }] }, { host });

    expect(run.operations).toEqual([]);
  });

  it('plans without writing or restarting', async () => {
    const host = hostWith({ kind: 'plan' });
    const before = host.tree();

    const { first, second } = await runTwice(connman, {}, { host });

    expect(first.operations.map(({ kind }) => kind)).toEqual(['make-directory', 'write-file', 'run']);
    expect(second.operations).toEqual([]);
    expect(host.tree()).toEqual(before);
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
