import type { Host } from '@haos/host';
import type { Architecture } from './architecture.js';

/** Returns the architecture of the running machine. */
export async function machineArchitecture(host: Host): Promise<Architecture> {
  const { stdout } = await host.run('uname', ['-m'], { readOnly: true });
  return stdout.trim() === 'aarch64' ? 'arm64' : 'amd64';
}
