import { HaosError } from '@haos/host';
import { withCleanUp } from '@haos/host/internal';
import { createTestHost, type ScriptedCommand } from '@haos/host/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openToolbox, type Toolbox } from './toolbox.js';

const MISSING: ScriptedCommand = () => {
  throw new HaosError('HAOS_COMMAND_NOT_FOUND', 'not there');
};
const LOADER = '/tmp/tools/usr/lib64/ld-linux-x86-64.so.2';
const TREE = {
  '/root.squashfs': 'image',
  [LOADER]: 'loader',
  '/tmp/tools/usr/sbin/sfdisk': 'program',
  '/tmp/tools/usr/sbin/poweroff': 'of the image',
  '/tmp/tools/usr/bin/lsblk': 'program',
};

async function open(commands: Record<string, ScriptedCommand>, work: (toolbox: Toolbox) => Promise<unknown>) {
  const host = createTestHost({
    commands: { umount: {}, [LOADER]: {}, ...commands },
    tree: TREE,
  });
  onTestFinished(() => host.dispose());
  const rootImage = '/root.squashfs';
  await withCleanUp(async (cleanUp) =>
    work(await openToolbox(host, cleanUp, { rootImage, scratch: '/tmp' })),
  );
  return host;
}

const run = ({ host }: Toolbox) => host.run('lsblk', ['--json']);

it('runs the programs of the image with its own loader', async () => {
  const host = await open({ mount: {} }, run);

  expect(host.calls).toMatchObject([
    { command: 'mount' },
    { command: LOADER, args: expect.arrayContaining(['/tmp/tools/usr/sbin/sfdisk', '--version']) },
    {
      command: LOADER,
      args: ['--library-path', '/tmp/tools/usr/lib/x86_64-linux-gnu', '/tmp/tools/usr/bin/lsblk', '--json'],
      // Without it, mcopy finds code page 850 only where the machine has it at the same path.
      options: { env: { GCONV_PATH: '/tmp/tools/usr/lib/x86_64-linux-gnu/gconv' } },
    },
    { command: 'umount', args: ['/tmp/tools/usr'] },
  ]);
  expect(Object.keys(host.tree())).not.toContain('/tmp/tools');
});

it('uses the programs of the machine for its own services, and those that the image lacks', async () => {
  const host = await open({ mount: {}, poweroff: {}, 'ssh-keygen': {} }, async (toolbox) => {
    await toolbox.host.run('poweroff', []);
    await toolbox.host.run('ssh-keygen', []);
  });

  expect(host.calls.map(({ command }) => command)).toEqual(
    expect.arrayContaining(['poweroff', 'ssh-keygen']),
  );
});

it('unpacks the image if it cannot be mounted', async () => {
  const host = await open({ mount: { exitCode: 32 }, unsquashfs: {} }, run);

  expect(host.calls.map(({ command }) => command)).toEqual(['mount', 'unsquashfs', LOADER, LOADER]);
});

it.each<[title: string, commands: Record<string, ScriptedCommand>]>([
  ['without unsquashfs if it must be unpacked', { mount: { exitCode: 32 }, unsquashfs: MISSING }],
  ['when its programs do not run here', { mount: {}, [LOADER]: { exitCode: 126 } }],
])('is refused %s', async (_title, commands) => {
  await expect(open(commands, run)).rejects.toMatchObject({ code: 'HAOS_INSTALL_TOOLS' });
});
