import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { must, StepFailure, step } from './run.mjs';

/**
 * A Debian package that a level of tests needs, recognised by a program or by the path of a file.
 * @typedef {{ package: string, proof: string, levels: readonly string[], why: string }} DebianPackage
 */

const RUNC = 'runc of the Kubernetes tests is compiled with cgo';

/** The engine is in a directory of the architecture; this file is not. */
const OPENSSL_ENGINE = '/usr/share/doc/libengine-pkcs11-openssl/copyright';

/** For tests that need no machine. */
const unit = packageFor('unit');
/** For the tests of the program. */
const blackbox = packageFor('blackbox');
/** To install to a disk, also to one of a guest. */
const loop = packageFor('loop', 'vm', 'matrix', 'faults');
/** To build the image and to boot it. */
const vm = packageFor('vm', 'matrix', 'faults');
/** For images of arm64. */
const arm64 = packageFor('vm', 'matrix');

/** @type {readonly DebianPackage[]} */
export const DEBIAN_PACKAGES = [
  packageFor('structure')('git', 'git', 'the hooks are tested in a repository'),
  unit('jq', 'jq', 'early boot reads the header of encrypted data with it'),
  unit('sbsigntool', 'sbsign', 'another program signs boot images, and verifies them'),
  unit('softhsm2', 'softhsm2-util', 'a token without a device, with the key for boot images'),
  unit('libengine-pkcs11-openssl', OPENSSL_ENGINE, 'boot images are signed with a key in a token'),
  blackbox('zsh', 'zsh', 'completion'),
  blackbox('fish', 'fish', 'completion'),
  blackbox('bash-completion', '/usr/share/bash-completion/bash_completion', 'completion'),
  blackbox('bsdutils', 'script', 'the shells are on a terminal'),
  blackbox('man-db', 'man', 'the manual pages are shown'),
  loop('fdisk', 'sfdisk', 'disks are partitioned'),
  loop('dosfstools', 'mkfs.vfat', 'file systems for EFI'),
  loop('mtools', 'mcopy', 'GRUB is copied to the EFI partition without mounting it'),
  loop('e2fsprogs', 'mkfs.ext4', 'file systems are made and checked'),
  loop('bsdutils', 'script', 'the program runs on a terminal'),
  loop('mount', 'losetup', 'files become disks'),
  loop('grub2-common', 'grub-install', 'the boot loader is installed'),
  loop('grub-common', 'grub-editenv', 'GRUB can read the environment block that HAOS writes'),
  loop('grub-pc-bin', '/usr/lib/grub/i386-pc/kernel.img', 'GRUB for BIOS'),
  loop('squashfs-tools', 'mksquashfs', 'the root image of a small ISO'),
  loop('xorriso', 'xorriso', 'a small ISO, and reading one'),
  loop('busybox', 'busybox', 'a tar other than GNU tar'),
  loop('libarchive-tools', 'bsdtar', 'reading an ISO'),
  loop('7zip', '/usr/bin/7zz', 'reading an ISO'),
  loop('grub-efi-amd64-signed', '/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed', 'GRUB for EFI'),
  loop('shim-signed', '/usr/lib/shim/shimx64.efi.signed', 'EFI with Secure Boot'),
  loop('jq', 'jq', 'early boot reads the header of encrypted data with it'),
  loop('cryptsetup-bin', 'cryptsetup', 'a TPM opens a volume'),
  loop('tpm2-tools', 'tpm2', 'early boot talks to the TPM with it'),
  loop('swtpm', 'swtpm', 'a TPM in software'),
  loop('libtss2-tcti-swtpm0', '/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0', 'tpm2-tools reach it'),
  loop('qemu-system-x86', 'qemu-system-x86_64', 'GRUB itself counts the boots of a trial'),
  vm('mmdebstrap', 'mmdebstrap', 'the image is made of Debian packages'),
  vm('squashfs-tools', 'mksquashfs', 'the root and kernel images'),
  vm('zstd', 'zstd', 'the initrd'),
  vm('xz-utils', 'xz', 'modules of the kernel are compressed'),
  vm('cpio', 'cpio', 'the initrd'),
  vm('kmod', 'depmod', 'indexes of modules'),
  vm('cryptsetup-bin', 'veritysetup', 'hash trees of the images'),
  vm('sbsigntool', 'sbsign', 'boot images are signed for Secure Boot'),
  vm('python3-pefile', '/usr/lib/python3/dist-packages/pefile.py', 'ukify makes the boot images'),
  vm('binutils', 'strip', 'Node without symbols'),
  vm('xorriso', 'xorriso', 'the ISO'),
  vm('mtools', 'mcopy', 'the EFI part of the ISO'),
  vm('grub-common', 'grub-mkimage', 'GRUB boots the ISO'),
  vm('grub-pc-bin', '/usr/lib/grub/i386-pc/kernel.img', 'GRUB for BIOS'),
  vm('qemu-utils', 'qemu-img', 'disk images in formats other than raw'),
  vm('skopeo', 'skopeo', 'another program reads the OCI image'),
  vm('umoci', 'umoci', 'another program unpacks the OCI image'),
  packageFor('package')('chromium', 'chromium', 'a page with the libraries runs in a browser'),
  packageFor('k3s')('curl', 'curl', 'the sizes of a release of k3s'),
  vm('qemu-system-x86', 'qemu-system-x86_64', 'the image boots'),
  arm64('qemu-system-arm', 'qemu-system-aarch64', 'arm64 boots'),
  arm64('qemu-user-static', 'qemu-aarch64-static', 'arm64 is built'),
  arm64('arch-test', 'arch-test', 'mmdebstrap needs it for arm64'),
  arm64('binutils-aarch64-linux-gnu', 'aarch64-linux-gnu-strip', 'Node for arm64 without symbols'),
  arm64('qemu-efi-aarch64', '/usr/share/AAVMF/AAVMF_CODE.fd', 'EFI for arm64'),
  vm('ovmf', '/usr/share/OVMF/OVMF_VARS_4M.ms.fd', 'EFI for virtual machines'),
  vm('gcc', 'gcc', RUNC),
  vm('pkgconf', 'pkg-config', RUNC),
  vm('libc6-dev', '/usr/include/stdlib.h', RUNC),
  vm('libseccomp-dev', '/usr/include/seccomp.h', RUNC),
];

/**
 * Returns a function that describes a package for these levels.
 * @param {readonly string[]} levels
 * @returns {(name: string, proof: string, why: string) => DebianPackage}
 */
function packageFor(...levels) {
  return (name, proof, why) => ({ package: name, proof, levels, why });
}

/**
 * Throws if Node is older than package.json requires.
 * @param {string} root
 * @param {string} version such as 20.18.1
 */
export function checkNode(root, version) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = String(engines.node).replace('>=', '');
  if (isOlder(version, wanted)) {
    throw new StepFailure(`Node ${version} is too old; install Node ${wanted} or newer: https://nodejs.org/`);
  }
}

/** @param {string} version @param {string} wanted */
export function isOlder(version, wanted) {
  const [have, want] = [version, wanted].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  for (const [index, number] of (want ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - number;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * Installs the npm packages unless the installed ones match the lock file.
 * @param {string} root
 */
export async function installNpmPackages(root) {
  if (isInstalled(root)) return;
  await step('npm packages', () => must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root }));
}

/**
 * Returns whether the npm packages match the lock file. npm records what it installed in a hidden
 * lock file. Every package of the lock file must be in it with the same version and content, and
 * must exist, because `npm install --package-lock-only` writes that file, too. Packages for other
 * platforms are optional and may be missing.
 * @param {string} root
 */
export function isInstalled(root) {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = readPackages(hidden);
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true;
    if (!existsSync(join(root, path))) return false;
    return ['version', 'integrity', 'link'].every((field) => found[field] === wanted[field]);
  });
}

/** @param {string} lockFile @returns {Record<string, Record<string, unknown>>} */
function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/**
 * Installs the Debian packages that the levels need, or names them without the rights to install.
 * @param {readonly string[]} levels
 */
export async function installDebianPackages(levels) {
  const missing = DEBIAN_PACKAGES.filter(
    (entry) => entry.levels.some((level) => levels.includes(level)) && !isPresent(entry),
  );
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.package);
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) {
    const list = missing.map((entry) => `  ${entry.package}: ${entry.proof} (${entry.why})`).join('\n');
    throw new StepFailure(
      `missing programs:\n${list}\nInstall them as root: apt-get install ${names.join(' ')}`,
    );
  }
  await step(`Debian packages: ${names.join(' ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await must('apt-get', ['update'], { env });
    await must('apt-get', ['install', '-y', '--no-install-recommends', ...names], { env });
  });
}

/** @param {DebianPackage} entry */
function isPresent({ proof }) {
  return proof.startsWith('/') ? existsSync(proof) : findProgram(proof) !== undefined;
}

/**
 * Returns the path of a program, also in the sbin directories, which a user's PATH often lacks.
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const directories = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/local/go/bin',
  ];
  return directories
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
