import type { Host } from '@haos/system';
import type { CleanUp } from './clean-up.js';

export interface IsoOptions {
  /** The path of the ISO. */
  iso: string;
  /** A directory for what is mounted or unpacked. */
  scratch: string;
}

/** Makes the content of an ISO readable until the clean-up; resolves to the directory that holds it. */
export async function openIso(host: Host, cleanUp: CleanUp, { iso, scratch }: IsoOptions): Promise<string> {
  const directory = `${scratch}/iso`;
  host.files.makeDirectory(directory);
  await host.run('mount', ['-t', 'iso9660', '-o', 'loop,ro', iso, directory]);
  cleanUp.always(async () => {
    await host.run('umount', [directory]);
  });
  return directory;
}
