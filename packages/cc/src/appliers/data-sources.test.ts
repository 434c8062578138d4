import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CloudConfig } from '../generated/types.js';
import { dataSources } from './data-sources.js';
import { runApplier, runTwice } from './testing.js';

const CONF = '/etc/conf.d/cloud-config';
const SCRIPT = '/etc/init.d/cloud-config';
const LINK = '/etc/runlevels/boot/cloud-config';
const CONFIG: CloudConfig = { haos: { dataSources: ['aws', 'cdrom'] } };

describe('dataSources', () => {
  it('configures the service and adds it to the boot runlevel', async () => {
    const host = hostWith({ tree: { [SCRIPT]: '' } });

    const { first, second } = await runTwice(dataSources, CONFIG, { host, phase: 'boot' });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(host.files.readText(CONF)).toContain('\ncommand_args="aws cdrom"\n');
    expect(host.files.readLink(LINK)).toBe(SCRIPT);
  });

  it('creates no link if the image does not have the service', async () => {
    const host = hostWith();

    await runApplier(dataSources, CONFIG, { host, phase: 'boot' });

    expect(host.files.lstat(LINK)).toBeUndefined();
  });

  it('reports an unknown name and leaves it out', async () => {
    const host = hostWith();

    const run = await runApplier(
      dataSources,
      // As a configuration file may have it.
      { haos: { dataSources: ['aws', '"; reboot', 'AWS', 'gcp', ''] } } as unknown as CloudConfig,
      { host },
    );

    expect(run.failures).toEqual(['HAOS_CC_DATA_SOURCE', 'HAOS_CC_DATA_SOURCE']);
    expect(host.files.readText(CONF)).toContain('\ncommand_args="aws gcp"\n');
  });

  it('removes both if no data source is configured any more', async () => {
    const host = hostWith({ tree: { [SCRIPT]: '' } });
    await runApplier(dataSources, CONFIG, { host });

    const { second } = await runTwice(dataSources, {}, { host });

    expect(host.files.stat(CONF)).toBeUndefined();
    expect(host.files.lstat(LINK)).toBeUndefined();
    expect(second.operations).toEqual([]);
  });

  it('does not remove a service that HAOS did not configure', async () => {
    const host = hostWith({ tree: { [CONF]: 'command_args="aws"\n', [LINK]: { link: SCRIPT } } });

    expect((await runApplier(dataSources, {}, { host })).operations).toEqual([]);
  });

  it('leaves the file to write_files when that writes it', async () => {
    const host = hostWith();

    expect(
      (await runApplier(dataSources, { ...CONFIG, writeFiles: [{ path: CONF }] }, { host })).operations,
    ).toEqual([]);
  });

  it('plans without writing', async () => {
    const host = hostWith({ kind: 'plan', tree: { [SCRIPT]: '' } });
    const before = host.tree();

    const { first, second } = await runTwice(dataSources, CONFIG, { host });

    expect(first.changes).toContainEqual(expect.objectContaining({ kind: 'link', path: LINK }));
    expect(second.changes).toEqual([]);
    expect(host.tree()).toEqual(before);
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
