import { createTestHost } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { timeZones } from './time-zones.js';
import { timezone, timezoneRule } from './timezone.js';

function hostWith(tree = {}) {
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());
  return host;
}

describe('haos.timezone', () => {
  it.each<[string, object]>([
    ['nothing', {}],
    ['a file', { '/etc/localtime': 'TZif', '/etc/timezone': 'Etc/UTC\n' }],
    ['another link', { '/etc/localtime': { link: '/usr/share/zoneinfo/Etc/UTC' } }],
  ])('takes the place of %s', async (_, tree) => {
    const host = hostWith(tree);

    const { first, second } = await runTwice(timezone, { haos: { timezone: 'Europe/Berlin' } }, { host });

    expect(first.failures).toEqual([]);
    expect(second.operations).toEqual([]);
    expect(host.files.readLink('/etc/localtime')).toBe('/usr/share/zoneinfo/Europe/Berlin');
    expect(host.files.readText('/etc/timezone')).toBe('Europe/Berlin\n');
  });

  it('leaves files of write_files alone', async () => {
    const host = hostWith();
    const writeFiles = [{ path: '/etc/localtime' }, { path: '/etc/timezone' }];

    const run = await runApplier(timezone, { writeFiles, haos: { timezone: 'UTC' } }, { host });

    expect(run.operations).toEqual([]);
  });

  it.each([
    ['Europe/berlin', 'Did you mean Europe/Berlin?'],
    ['Europe/Berln', 'Did you mean Europe/Berlin?'],
    ['Berlin', 'Did you mean Europe/Berlin?'],
    ['America/New York', 'Did you mean America/New_York?'],
    ['utc', 'Did you mean UTC?'],
    ['../../etc/passwd', 'Write a name such as Europe/Berlin, or UTC.'],
    ['CEST', 'Write a name such as Europe/Berlin, or UTC.'],
    ['Europe/Berlin\n', 'Did you mean Europe/Berlin?'],
  ])('refuses %j as validation does', async (zone, hint) => {
    const host = hostWith();
    const config = { haos: { timezone: zone } };

    const run = await runApplier(timezone, config, { host });

    expect(run).toMatchObject({ failures: ['HAOS_CC_TIMEZONE'], operations: [] });
    expect(timezoneRule(config)).toMatchObject([{ pointer: '/haos/timezone', hint }]);
  });

  it('knows each zone once, and takes all of them', () => {
    const zones = timeZones();

    expect(new Set(zones).size).toBe(zones.length);
    expect(zones.length).toBeGreaterThan(400);
    for (const zone of [...zones, '']) expect(timezoneRule({ haos: { timezone: zone } })).toEqual([]);
    expect(zones).toEqual(expect.arrayContaining(['UTC', 'Etc/UTC', 'America/Argentina/Buenos_Aires']));
  });
});
