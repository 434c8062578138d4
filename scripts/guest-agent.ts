import { setTimeout as sleep } from 'node:timers/promises';
import { JsonChannel } from './json-channel.js';

/** The result of a command in the guest. */
export interface GuestResult {
  status: number;
  /** Standard output. */
  output: string;
}

/**
 * Runs commands in a guest through its qemu-guest-agent: this needs no login, and no console shows
 * the commands.
 */
export class GuestAgent {
  private constructor(private readonly channel: JsonChannel) {}

  static async listen(path: string): Promise<GuestAgent> {
    return new GuestAgent(await JsonChannel.listen(path));
  }

  /** Returns QEMU arguments for a guest whose agent is reached at `path`. */
  static arguments(path: string): string[] {
    return [
      ...['-chardev', `socket,id=agent,path=${path}`, '-device', 'virtio-serial-pci'],
      ...['-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
    ];
  }

  /** Resolves when the agent answers, a few seconds after the login prompt of the guest. */
  async ready(seconds: number): Promise<void> {
    await this.channel.execute('guest-ping', {}, seconds);
  }

  /**
   * Runs a command as root in a shell of the guest. Fails if it takes longer than `seconds`, or if
   * the guest ends. Several emulated machines that start Kubernetes need minutes for what is
   * otherwise a second.
   */
  async run(command: string, seconds = 600): Promise<GuestResult> {
    const script = `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin\n${command}`;
    const { pid } = (await this.channel.execute('guest-exec', {
      path: '/bin/sh',
      arg: ['-c', script],
      'capture-output': true,
    })) as { pid: number };
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      const result = (await this.channel.execute('guest-exec-status', { pid })) as ExecStatus;
      if (result.exited) {
        const output = Buffer.from(result['out-data'] ?? '', 'base64').toString('utf8');
        return { status: result.exitcode ?? 1, output: output.replace(/\n$/, '') };
      }
      await sleep(200);
    }
    throw new Error(`${command}: timed out after ${seconds} s`);
  }

  /** Asks the guest to switch itself off. The agent answers only if it cannot. */
  shutDown(): void {
    this.channel.execute('guest-shutdown', { mode: 'powerdown' }).catch(() => {});
  }

  close(): void {
    this.channel.close();
  }
}

/** The return value of guest-exec-status. `exitcode` is missing if a signal ended the command. */
interface ExecStatus {
  exited: boolean;
  exitcode?: number;
  'out-data'?: string;
}
