import { createTestHost } from '@haos/host/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readDataReset, setDataReset } from './reset.js';

function hostIn(mode: string) {
  const host = createTestHost({ tree: { '/run/haos/mode': `${mode}\n`, '/haos/system/haos/v1/haos': '' } });
  onTestFinished(() => host.dispose());
  return host;
}

describe('the reset of the data', () => {
  it('is requested, changed and cancelled with the files that early boot checks', async () => {
    const host = hostIn('disk');
    expect(readDataReset(host)).toBe('never');

    for (const [wanted, expected] of [
      ['once', ['factory-reset', 'haos']],
      ['always', ['ephemeral', 'haos']],
      ['never', ['haos']],
    ] as const) {
      await setDataReset(host, wanted);

      expect(readDataReset(host)).toBe(wanted);
      expect(host.files.list('/haos/system')).toEqual(expected);
    }
  });

  it('changes nothing the second time', async () => {
    const host = hostIn('disk');
    await setDataReset(host, 'once');
    const before = host.operations.length;

    await setDataReset(host, 'once');

    expect(host.operations.slice(before)).toEqual([]);
  });

  it('works if the components are mounted read-only, as on a node', async () => {
    const commands = { mount: {} };
    const host = createTestHost({
      commands,
      tree: {
        '/run/haos/mode': 'disk\n',
        '/haos/system/haos/v1/haos': '',
        '/proc/self/mountinfo': '1 0 8:1 / /haos/system ro,noatime - ext4 /dev/vda1 rw\n',
      },
    });
    onTestFinished(() => host.dispose());

    await setDataReset(host, 'once');

    expect(host.calls.map(({ args }) => args.join(' '))).toEqual([
      '-o remount,bind,rw /haos/system',
      '-o remount,bind,ro /haos/system',
    ]);
  });

  it('leaves the directory writable for a running upgrade', async () => {
    const host = createTestHost({
      locked: ['/run/haos/upgrade.lock'],
      tree: { '/run/haos/mode': 'disk\n', '/haos/system/haos/v1/haos': '' },
    });
    onTestFinished(() => host.dispose());

    await expect(setDataReset(host, 'once')).rejects.toMatchObject({ code: 'HAOS_LOCKED' });
    expect(host.operations).toEqual([]);
  });

  it.each(['live', 'install', 'shell', 'local', ''])('is refused in mode "%s"', async (mode) => {
    const host = hostIn(mode);

    await expect(setDataReset(host, 'once')).rejects.toMatchObject({ code: 'HAOS_RESET_MODE' });
    expect(host.operations).toEqual([]);
  });
});
