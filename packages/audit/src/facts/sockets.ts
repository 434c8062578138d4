import type { Host } from '@haos/host';
import { isOfPod } from './processes.js';

/** A socket that waits for connections or packets. */
export interface Socket {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** The name of its process; empty if the kernel itself has it. */
  readonly program: string;
  /** Only this machine reaches it. */
  readonly isLocal: boolean;
  /** A container has it. */
  readonly isOfPod: boolean;
}

/** Reads what listens, with `ss` of iproute2. */
export async function readSockets(host: Host): Promise<Socket[]> {
  const { stdout } = await host.run('ss', ['-H', '-l', '-n', '-t', '-u', '-p'], { readOnly: true });
  return stdout.split('\n').flatMap((line) => parseSocket(line, host));
}

/** Such as `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=812,fd=6))`. */
function parseSocket(line: string, host: Host): Socket[] {
  const [protocol, , , , local = '', , users = ''] = line.trim().split(/\s+/);
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(local) ?? [];
  if ((protocol !== 'tcp' && protocol !== 'udp') || port === '') return [];
  const [, program = '', pid = ''] = /\(\("([^"]*)",pid=(\d+)/.exec(users) ?? [];
  return [
    {
      protocol,
      port: Number(port),
      program,
      isLocal:
        /^(127\.|\[::1\]|\[::ffff:127\.)/.test(address) || / lo$/.test(address) || /%lo$/.test(address),
      isOfPod: pid !== '' && isOfPod(host, pid),
    },
  ];
}
