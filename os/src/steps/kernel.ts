import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KernelKind } from '@haos/system/internal';
import { BuildFailure } from '../failure.js';
import { openApt } from '../open-apt.js';
import { placeLink } from '../overlay.js';
import {
  readFirmwarePackages,
  readKernelPackage,
  readTrimmedFirmware,
  readTrimmedModules,
} from '../packages.js';
import type { Step, StepContext } from '../step.js';
import { listTree } from '../tree.js';
import { trim } from '../trim.js';
import { findUnusedWifi } from '../unused-wifi.js';

/**
 * Makes Debian's kernels and firmware, in a directory for each kind: `tree/` with /vmlinuz,
 * /lib/modules and /lib/firmware, `microcode/` for the start of the initrd, `release` (as in
 * uname -r), and `packages` (one per line: name, version and architecture, as in archive names).
 */
export const kernel: Step = {
  name: 'kernel',
  title: 'Debian kernels',
  needs: [],
  recipe: fileURLToPath(import.meta.url),
  files: ['os/packages/kernel.json'],
  pins: ['debian'],
  settings: ['architecture', 'kernels'],
  async make(context) {
    for (const kind of context.options.kernels)
      await makeKernel({ ...context, out: join(context.out, kind) }, kind);
  },
};

async function makeKernel(context: StepContext, kind: KernelKind): Promise<void> {
  const { source, out, run } = context;
  const work = join(out, 'work');
  const unpacked = join(work, 'unpacked');
  const archives = await download(context, work, kind);
  for (const name of archives) await run('dpkg-deb', ['-x', join(work, 'archives', name), unpacked]);
  const tree = join(out, 'tree');
  for (const name of ['modules', 'firmware']) takeDirectory(unpacked, name, join(tree, 'lib', name));
  const [release] = readdirSync(join(tree, 'lib/modules'));
  if (release === undefined)
    throw new BuildFailure(`${archives.join(', ')}: no kernel modules in these packages`);
  renameSync(join(unpacked, 'boot', `vmlinuz-${release}`), join(tree, 'vmlinuz'));
  trim(join(tree, 'lib/modules', release, 'kernel'), readTrimmedModules(source));
  await run('depmod', ['-b', tree, release]);
  const firmware = join(tree, 'lib/firmware');
  takeMicrocode(firmware, join(out, 'microcode/kernel/x86/microcode'));
  trim(firmware, readTrimmedFirmware(source));
  await dropUnusedWifi(context, { firmware, modules: join(tree, 'lib/modules', release) });
  setLinks(firmware);
  placeLicenses(join(unpacked, 'usr/share/doc'), join(firmware, 'licenses'));
  writeFileSync(join(out, 'release'), `${release}\n`);
  const names = archives.map((name) => name.replace(/\.deb$/, '').replace('%3a', ':'));
  writeFileSync(join(out, 'packages'), names.map((name) => `${name}\n`).join(''));
  rmSync(work, { recursive: true });
}

/** Removes the firmware of Intel's wireless cards that this kernel never loads. */
async function dropUnusedWifi(
  { run }: StepContext,
  { firmware, modules }: { firmware: string; modules: string },
): Promise<void> {
  const drivers = listTree(modules).filter((path) => /\/iwlwifi\/.*\.ko/.test(path));
  if (drivers.length === 0) return;
  const paths = drivers.map((path) => join(modules, path));
  const requested = (await run('modinfo', ['-F', 'firmware', ...paths])).split('\n');
  for (const name of findUnusedWifi(readdirSync(firmware), requested)) rmSync(join(firmware, name));
}

/**
 * Removes links whose targets were trimmed, and renames files with a Debian suffix to their names,
 * as update-alternatives(1) does when the package is installed.
 */
function setLinks(firmware: string): void {
  for (const path of listTree(firmware).map((name) => join(firmware, name))) {
    if (!existsSync(path)) rmSync(path);
    else if (path.endsWith('-debian')) placeLink(path.replace(/-debian$/, ''), basename(path));
  }
}

/** The licences must accompany the kernel and its firmware. */
function placeLicenses(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    const file = join(from, name, 'copyright');
    if (existsSync(file)) copyFileSync(file, join(to, name));
  }
}

/** Packages have the directory below /lib, /usr/lib or both. */
function takeDirectory(unpacked: string, name: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const from of [join(unpacked, 'lib', name), join(unpacked, 'usr/lib', name)]) {
    if (existsSync(from)) cpSync(from, target, { recursive: true, verbatimSymlinks: true });
  }
}

/**
 * The microcode file that each vendor's processors load: all its files, concatenated
 * (Documentation/arch/x86/microcode.rst of the kernel).
 */
const MICROCODE: Readonly<Record<string, { directory: string; target: string }>> = {
  Intel: { directory: 'intel-ucode', target: 'GenuineIntel.bin' },
  AMD: { directory: 'amd-ucode', target: 'AuthenticAMD.bin' },
};

function takeMicrocode(firmware: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const { directory, target } of Object.values(MICROCODE)) {
    const from = join(firmware, directory);
    if (!existsSync(from)) continue;
    const files = readdirSync(from).filter((name) => /^[0-9a-f-]+$|\.bin$/.test(name));
    writeFileSync(
      join(to, target),
      Buffer.concat(files.sort().map((name) => readFileSync(join(from, name)))),
    );
    rmSync(from, { recursive: true });
  }
}

/** Resolves to the file names in `archives`. */
async function download(context: StepContext, work: string, kind: KernelKind): Promise<string[]> {
  const { source, options, run } = context;
  const firmware = readFirmwarePackages(source, kind, options.architecture);
  const apt = await openApt(context, work, firmware.length > 0 ? ['non-free-firmware'] : []);
  const meta = readKernelPackage(source, kind, options.architecture);
  const depends = await run('apt-cache', [...apt, 'depends', '--important', meta]);
  const [, name] = /Depends: (linux-image-\d\S*)/.exec(depends) ?? [];
  if (name === undefined) throw new BuildFailure(`${meta} does not depend on a kernel package`);
  const archives = join(work, 'archives');
  mkdirSync(archives);
  await run('apt-get', [...apt, 'download', name, ...firmware], { cwd: archives });
  return readdirSync(archives).sort();
}
