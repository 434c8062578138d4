import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../os/src/architecture.js';
import { ACCELERATORS, type Accelerator, KvmFailure, reportsKvmFailure } from '../../scripts/accelerator.js';
import { CONSOLE_LOGS } from './paths.js';
import { TextLine } from './text-line.js';

/**
 * Seconds until an emulated machine must show its login: on a slow computer, with another machine
 * beside it, and from a medium on the network.
 */
const LOGIN_LIMIT = 1500;

export interface MachineOptions {
  /** Names the file of the console log. */
  name: string;
  /** Arguments of this machine: what it boots from, its disks. */
  args: readonly string[];
  /** MiB; default 1024. */
  memory?: number;
  /** Default `tcg`: test machines may lack hardware virtualisation. */
  accelerator?: Accelerator;
  /** Default `amd64`; `arm64` is always emulated. */
  architecture?: Architecture;
  /** The processor of an arm64 machine, by its name in QEMU. Default `cortex-a72`. */
  processor?: string;
  /**
   * Called with everything on the console. The console then has QEMU's monitor at Ctrl-a c, for a
   * person.
   */
  onConsole?: (chunk: Buffer) => void;
  /** Whether the machine may restart; by default a restart ends it. */
  canRestart?: boolean;
  /** How much it gives way to other machines, as `nice -n`. Default 0. */
  nice?: number;
}

export interface CommandResult {
  status: number;
  /** Without the last line break. */
  output: string;
}

/** A virtual machine with two serial lines: its console, and one for the commands of a test. */
export interface Machine {
  /** Returns everything that has appeared on the console. */
  console(): string;
  /**
   * Resolves when a text appears on the console after the last match. Fails with the end of the log
   * after `seconds`, or when the machine ends; with a KvmFailure if KVM ends it.
   */
  expect(pattern: RegExp, seconds: number): Promise<string>;
  /** Types a line on the console. */
  send(line: string): void;
  /** Types keys on the console. */
  type(keys: Buffer): void;
  /** Logs in as `rancher` and becomes root, in a shell that `run` can talk to. */
  logIn(password?: string, seconds?: number): Promise<void>;
  /** Does the same for an existing shell; `command` replaces it. */
  openShell(command: string): Promise<void>;
  /** Runs a command in that shell. Fails after `seconds`; default 300. */
  run(command: string, seconds?: number): Promise<CommandResult>;
  /** Returns what a command prints; fails if the command fails. */
  read(command: string, seconds?: number): Promise<string>;
  /** Resolves when the machine has powered off; without `seconds` there is no time limit. */
  ended(seconds?: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a machine. Commands use a separate line, because console output may appear at any time
 * within theirs.
 */
export async function startMachine({
  name,
  args,
  memory = 1024,
  accelerator = 'tcg',
  architecture = 'amd64',
  processor: model = 'cortex-a72',
  onConsole,
  canRestart = false,
  nice = 0,
}: MachineOptions): Promise<Machine> {
  mkdirSync(CONSOLE_LOGS, { recursive: true });
  const log = join(CONSOLE_LOGS, `${name}.log`);
  const directory = mkdtempSync(join(tmpdir(), 'haos-machine-'));
  const socket = join(directory, 'commands');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const { program, processor, commands, line } = board(architecture, { accelerator, model, socket });
  const common = [...processor, '-m', String(memory), ...(canRestart ? [] : ['-no-reboot'])];
  const serial = ['-serial', onConsole === undefined ? 'stdio' : 'mon:stdio', ...commands];
  const devices = ['-display', 'none', '-monitor', 'none', ...serial, '-device', 'virtio-rng-pci'];
  const command = [program, ...common, ...devices, ...args];
  // A test that fails, or is killed, leaves no machine behind.
  const lifetime = ['--pdeathsig', 'KILL', 'nice', '-n', String(nice)];
  const child = spawn('setpriv', [...lifetime, ...command], { stdio: 'pipe' });
  child.on('close', () => rmSync(directory, { recursive: true }));
  if (onConsole !== undefined) child.stdout.on('data', onConsole);
  return new SerialMachine(child, server, { log, accelerator, line });
}

/**
 * Returns QEMU's program for an architecture, the processor, the second serial line, which ends at a
 * socket, and the name of that line in the machine.
 */
function board(
  architecture: Architecture,
  { accelerator, model, socket }: { accelerator: Accelerator; model: string; socket: string },
): { program: string; processor: readonly string[]; commands: readonly string[]; line: string } {
  if (architecture === 'amd64') {
    return {
      program: 'qemu-system-x86_64',
      processor: ACCELERATORS[accelerator],
      commands: ['-serial', `unix:${socket}`],
      line: '/dev/ttyS1',
    };
  }
  // The board has only one serial port.
  const console = ['-device', 'virtio-serial-pci', '-device', 'virtconsole,chardev=commands'];
  return {
    program: 'qemu-system-aarch64',
    processor: ['-machine', 'virt', '-cpu', model, '-smp', '1'],
    commands: ['-chardev', `socket,id=commands,path=${socket}`, ...console],
    line: '/dev/hvc0',
  };
}

class SerialMachine implements Machine {
  private readonly screen: TextLine;
  private readonly answers: TextLine;
  private ask: (line: string) => void = () => {};
  private commands = 0;
  private readonly closed: Promise<void>;
  private stopping = false;
  private failure?: KvmFailure;

  constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    server: Server,
    private readonly options: { log: string; accelerator: Accelerator; line: string },
  ) {
    const { log, accelerator } = options;
    this.screen = new TextLine(log);
    this.answers = new TextLine(`the answers to commands, and ${log}`);
    const file = createWriteStream(log);
    child.stdout.on('data', (chunk: Buffer) => {
      file.write(chunk);
      this.screen.add(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (this.failure === undefined && reportsKvmFailure(chunk.toString('utf8'))) this.failKvm();
      // The lines after that are registers.
      if (this.failure === undefined) process.stderr.write(chunk);
      else file.write(chunk);
    });
    child.stdin.on('error', () => {}); // the machine has ended, which `ended` reports
    server.on('connection', (line) => {
      line.on('data', (chunk) => this.answers.add(chunk));
      line.on('error', () => {}); // the machine has ended, which `ended` reports
      this.ask = (text) => line.write(text);
    });
    this.closed = new Promise((resolve) => {
      child.on('close', (_status, signal) => {
        // On some host processors, QEMU aborts.
        if (accelerator === 'kvm' && signal !== null && !this.stopping) this.failKvm();
        this.screen.close(this.failure);
        server.close(() => this.answers.close(this.failure));
        resolve();
      });
    });
  }

  private failKvm(): void {
    this.failure = new KvmFailure('KVM failed under the running machine');
    this.child.kill('SIGKILL');
  }

  console(): string {
    return this.screen.text;
  }

  send(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  type(keys: Buffer): void {
    this.child.stdin.write(keys);
  }

  async expect(pattern: RegExp, seconds: number): Promise<string> {
    const { match } = await this.screen.expect(pattern, seconds);
    return match[0];
  }

  async logIn(password?: string, seconds = LOGIN_LIMIT): Promise<void> {
    await this.expect(/login: /, seconds);
    this.send('rancher');
    if (password !== undefined) {
      await this.expect(/Password: /, 600);
      this.send(password);
    }
    await this.expect(/rancher@\S+:~\$ /, 600);
    await this.openShell("exec sudo sh -c 'dmesg -n 1; stty -echo; PS1= exec sh'");
  }

  async openShell(command: string): Promise<void> {
    this.send(command);
    // Through a pipe, because a shell on a terminal prints prompts. Twice raw, because a virtual
    // console forgets its settings when the last program closes it.
    const { line } = this.options;
    this.send(
      `stty -F ${line} raw -echo; setsid sh -c 'stty raw -echo; echo shell-42; exec sh' <${line} 2>&1 | cat >${line} &`,
    );
    // On that line itself: data sent before the other end opens it is lost.
    await this.answers.expect(/shell-42\n/, 600);
  }

  async run(command: string, seconds = 300): Promise<CommandResult> {
    this.commands += 1;
    const mark = `done-${this.commands}`;
    this.ask(`{ ${command}\n} 2>&1; echo ${mark}:$?\n`);
    const { before, match } = await this.answers.expect(new RegExp(`${mark}:(\\d+)\n`), seconds);
    return { status: Number(match[1]), output: before.replace(/\n$/, '') };
  }

  async read(command: string, seconds?: number): Promise<string> {
    const { status, output } = await this.run(command, seconds);
    if (status !== 0) throw new Error(`${command}: exit status ${status}; it printed:\n${output}`);
    return output;
  }

  async ended(seconds?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      if (seconds === undefined) return;
      const late = () => reject(new Error(`still on after ${seconds} s; see ${this.options.log}`));
      timer = setTimeout(late, seconds * 1000);
    });
    await Promise.race([this.closed, limit]).finally(() => clearTimeout(timer));
    if (this.failure !== undefined) throw this.failure;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
