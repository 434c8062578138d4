import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CONSOLE_LOGS } from './paths.js';

export interface MachineOptions {
  /** Names the file of the console log. */
  name: string;
  /** What is special about this one: what it boots from, its disks. */
  args: readonly string[];
  /** MiB; default 1024. */
  memory?: number;
}

export interface CommandResult {
  status: number;
  /** Without the last line break. */
  output: string;
}

/** A virtual machine and its serial console. */
export interface Machine {
  /** Everything that appeared on the console so far. */
  console(): string;
  /** Resolves when a text appears that has not been waited for yet; fails with the end of the log after `seconds`. */
  expect(pattern: RegExp, seconds: number): Promise<string>;
  send(line: string): void;
  /** Logs in as `rancher` and becomes root, in a shell that `run` can talk to. */
  logIn(seconds: number, password?: string): Promise<void>;
  /** The same for a shell that is there already; `command` becomes it. */
  openShell(command: string): Promise<void>;
  /** Runs a command in that shell. */
  run(command: string, seconds?: number): Promise<CommandResult>;
  /** What a command prints; fails when it fails. */
  read(command: string, seconds?: number): Promise<string>;
  /** Resolves when the machine has switched itself off. */
  ended(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a machine with its serial console on a pipe. Emulated: hardware help for guests cannot be relied on where tests run. */
export function startMachine({ name, args, memory = 1024 }: MachineOptions): Machine {
  mkdirSync(CONSOLE_LOGS, { recursive: true });
  const log = join(CONSOLE_LOGS, `${name}.log`);
  const file = createWriteStream(log);
  const common = ['-accel', 'tcg', '-cpu', 'qemu64', '-smp', '2', '-m', String(memory), '-no-reboot'];
  const devices = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-device', 'virtio-rng-pci'];
  const child = spawn('qemu-system-x86_64', [...common, ...devices, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new SerialMachine(child, log, file);
}

class SerialMachine implements Machine {
  private text = '';
  /** Where the part begins that has not been waited for. */
  private position = 0;
  private commands = 0;
  private readonly waiting = new Set<() => void>();
  private readonly closed: Promise<void>;

  constructor(
    private readonly child: ChildProcess,
    private readonly log: string,
    file: NodeJS.WritableStream,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => {
      file.write(chunk);
      this.text += chunk.toString('utf8').replaceAll('\r', '');
      for (const look of [...this.waiting]) look();
    });
    this.closed = new Promise((resolve) => {
      child.on('close', () => resolve());
    });
  }

  console(): string {
    return this.text;
  }

  send(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  expect(pattern: RegExp, seconds: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.text.slice(this.position));
        if (match === null) return;
        finish();
        this.position += match.index + match[0].length;
        resolve(match[0]);
      };
      const giveUp = () => {
        finish();
        const end = this.text.slice(-2000);
        reject(
          new Error(`${pattern} did not appear within ${seconds} s; all is in ${this.log}; it ends:\n${end}`),
        );
      };
      const timer = setTimeout(giveUp, seconds * 1000);
      const finish = () => {
        clearTimeout(timer);
        this.waiting.delete(look);
      };
      this.waiting.add(look);
      look();
    });
  }

  async logIn(seconds: number, password?: string): Promise<void> {
    await this.expect(/login: $/, seconds);
    this.send('rancher');
    if (password !== undefined) {
      await this.expect(/Password: $/, 60);
      this.send(password);
    }
    await this.expect(/rancher@\S+:~\$ /, 60);
    await this.openShell("exec sudo sh -c 'dmesg -n 1; stty -echo; PS1= exec sh'");
  }

  /** A shell without prompt and echo: all that appears from now on is what commands print. */
  async openShell(command: string): Promise<void> {
    this.send(command);
    this.send('echo shell-$((40 + 2))');
    await this.expect(/shell-42\n/, 60);
  }

  async run(command: string, seconds = 60): Promise<CommandResult> {
    this.commands += 1;
    const mark = `done-${this.commands}`;
    this.send(`echo begin-${this.commands}; { ${command}\n} 2>&1; echo ${mark}:$?`);
    await this.expect(new RegExp(`begin-${this.commands}\n`), seconds);
    const start = this.position;
    const end = await this.expect(new RegExp(`${mark}:(\\d+)\n`), seconds);
    const output = stripVTControlCharacters(this.text.slice(start, this.position - end.length)).replace(
      /\n$/,
      '',
    );
    return { status: Number(/:(\d+)/.exec(end)?.[1]), output };
  }

  async read(command: string, seconds?: number): Promise<string> {
    const { status, output } = await this.run(command, seconds);
    if (status !== 0) throw new Error(`${command}: exit status ${status}; it printed:\n${output}`);
    return output;
  }

  async ended(seconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`still on after ${seconds} s; see ${this.log}`)),
        seconds * 1000,
      );
    });
    await Promise.race([this.closed, limit]).finally(() => clearTimeout(timer));
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
