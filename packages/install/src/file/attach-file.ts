import type { Host } from '@haos/host';
import type { CleanUp } from '@haos/host/internal';

/**
 * Makes a file a block device until the clean-up; resolves to its path. The kernel detaches the
 * device when the last program closes it, so it detaches it too if this process is killed.
 */
export async function attachFile(host: Host, cleanUp: CleanUp, file: string): Promise<string> {
  const { stdout: device } = await host.run('losetup', ['--find', '--show', '--partscan', file]);
  const detach = async () => {
    await host.run('partx', ['--delete', device], { accept: [0, 1] });
    await host.run('losetup', ['--detach', device]);
  };
  if (!host.lock) {
    cleanUp.always(detach);
    return device;
  }
  // The lock keeps the device open, and udev away from it.
  const release = await host.lock(device);
  cleanUp.always(async () => {
    await host.run('partx', ['--delete', device], { accept: [0, 1] });
    release();
  });
  await host.run('losetup', ['--detach', device]);
  return device;
}
