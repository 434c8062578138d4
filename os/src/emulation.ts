import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Architecture, machineArchitecture } from './architecture.js';
import { BuildFailure } from './failure.js';

/** How the kernel recognises and runs the programs of an architecture. */
interface Emulator {
  /** Statically linked, because it also runs in the root of an image. */
  program: string;
  /** The start of an ELF file of the architecture, and which of its bits count: elf(5). */
  magic: string;
  mask: string;
  /** The processor that it emulates; by default one of its choice. */
  processor?: string;
}

const EMULATORS: Readonly<Record<Architecture, Emulator>> = {
  amd64: emulator('/usr/bin/qemu-x86_64-static', 0x3e),
  // By default it emulates all features. Debian's programs sign return addresses if the processor
  // can, which takes the emulator 20 times as long as everything else.
  arm64: { ...emulator('/usr/bin/qemu-aarch64-static', 0xb7), processor: 'cortex-a72' },
};

/** Returns the variables that an emulator of QEMU reads, for programs of an architecture. */
export function emulatorEnvironment(architecture: Architecture): Record<string, string> {
  const { processor } = EMULATORS[architecture];
  return processor === undefined ? {} : { QEMU_CPU: processor };
}

/** Describes programs and shared objects of 64 bits, little-endian, for any operating system. */
function emulator(program: string, machine: number): Emulator {
  const hex = (bytes: readonly number[]) =>
    bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const [pad, any] = [Array<number>(8).fill(0), Array<number>(8).fill(0xff)];
  return {
    program,
    magic: hex([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, ...pad, 2, 0, machine, 0]),
    // 0xfe: ET_EXEC (2) and ET_DYN (3).
    mask: hex([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, ...any, 0xfe, 0xff, 0xff, 0xff]),
  };
}

/**
 * Runs a build while the kernel starts the programs of an architecture, by emulation if this
 * machine has another one. Registers the emulator only for that time, and only if none is
 * registered (Documentation/admin-guide/binfmt-misc.rst of the kernel). Throws a BuildFailure if
 * that is not possible.
 */
export async function withEmulation<T>(architecture: Architecture, work: () => Promise<T>): Promise<T> {
  if (architecture === machineArchitecture()) return work();
  const directory = mkdtempSync(join(tmpdir(), 'haos-binfmt-'));
  try {
    attempt(architecture, () => execFileSync('mount', ['-t', 'binfmt_misc', 'binfmt_misc', directory]));
    try {
      const unregister = register(architecture, directory);
      return await work().finally(unregister);
    } finally {
      execFileSync('umount', [directory]);
    }
  } finally {
    rmdirSync(directory);
  }
}

/** mmdebstrap asks it whether programs of another architecture run. */
const ARCH_TEST = '/usr/bin/arch-test';

/** Registers the emulator unless another is there; returns a function that undoes it. */
function register(architecture: Architecture, directory: string): () => void {
  const { program, magic } = EMULATORS[architecture];
  if (listMagics(directory).includes(magic.replaceAll('\\x', ''))) return () => undefined;
  for (const needed of [program, ARCH_TEST])
    if (!existsSync(needed)) throw cannotRun(architecture, `${needed} does not exist`);
  // Another build at the same time has an entry of its own.
  const name = `haos-${architecture}-${process.pid}`;
  attempt(architecture, () => writeFileSync(join(directory, 'register'), registration(architecture, name)));
  return () => writeFileSync(join(directory, name), '-1');
}

/**
 * Returns the line that registers the emulator. With `F` the kernel opens the emulator now, so that
 * it works in the root of an image.
 */
export function registration(architecture: Architecture, name: string): string {
  const { program, magic, mask } = EMULATORS[architecture];
  return `:${name}:M::${magic}:${mask}:${program}:F`;
}

/** Returns the starts of the files that entries of other programs recognise. */
function listMagics(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !['register', 'status'].includes(name) && !name.startsWith('haos-'))
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .filter((text) => text.startsWith('enabled'))
    .flatMap((text) => /^magic (\S+)$/m.exec(text)?.[1] ?? []);
}

function attempt(architecture: Architecture, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw cannotRun(architecture, error instanceof Error ? error.message : String(error));
  }
}

function cannotRun(architecture: Architecture, reason: string): BuildFailure {
  return new BuildFailure(
    `this machine cannot run the programs of ${architecture}: ${reason}
Install qemu-user-static and arch-test, and allow binfmt_misc; or build on a machine with ${architecture}.`,
  );
}
