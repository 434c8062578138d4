import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../../os/src/architecture.js';
import { findProgram } from '../../scripts/setup.mjs';
import { unpackPackages } from '../vm/debian-packages.js';
import { ROOT } from '../vm/paths.js';

/** The directory of everything that these tests build once. */
export const CACHE = join(ROOT, '.cache/tests/kubernetes');

const MODULES = join(ROOT, 'tests/kubernetes');

/**
 * The release of Kubernetes that the stand-in runs, in the form of a k3s version; also in
 * `k3s-stand-in/go.mod`.
 */
const VERSION = 'v1.36.3+standin';

/** Programs that the stand-in contains, as packages of its module. */
const CARRIED = [
  'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
  'github.com/containernetworking/plugins/plugins/ipam/host-local',
  'github.com/containernetworking/plugins/plugins/main/bridge',
  'github.com/containernetworking/plugins/plugins/main/loopback',
  'github.com/containernetworking/plugins/plugins/meta/portmap',
];

export interface TestK3s {
  path: string;
  kind: 'k3s' | 'stand-in';
}

/**
 * Returns the k3s of the tests: the program in `HAOS_TEST_K3S`, else a stand-in that runs the real
 * control plane and kubelet. The stand-in is built from Go modules once per content, which takes
 * about six minutes on two processors, and is kept.
 */
export function findTestK3s(): TestK3s {
  const given = process.env.HAOS_TEST_K3S;
  if (given !== undefined && given !== '') return { path: given, kind: 'k3s' };
  const built = findBuilt('amd64');
  if (built !== undefined) return { path: built, kind: 'stand-in' };
  const work = makeWork();
  try {
    return { path: buildStandIn('amd64', work, {}), kind: 'stand-in' };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Returns the stand-in for arm64, which is built in the same way on this machine. */
export async function findArm64K3s(): Promise<TestK3s> {
  const built = findBuilt('arm64');
  if (built !== undefined) return { path: built, kind: 'stand-in' };
  const work = makeWork();
  try {
    return { path: buildStandIn('arm64', work, await crossCompiler(work)), kind: 'stand-in' };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function locate(architecture: Architecture): string {
  const name = architecture === 'amd64' ? 'k3s' : `k3s-${architecture}`;
  return join(CACHE, `${name}-${digestModules()}`);
}

function findBuilt(architecture: Architecture): string | undefined {
  const program = join(locate(architecture), 'k3s');
  return existsSync(program) ? program : undefined;
}

function makeWork(): string {
  mkdirSync(CACHE, { recursive: true });
  return mkdtempSync(join(CACHE, 'building-'));
}

/** `c` are the variables of the compiler and the libraries for C. */
function buildStandIn(architecture: Architecture, work: string, c: Variables): string {
  const directory = locate(architecture);
  console.log('building a stand-in for k3s from Go modules; this takes some minutes the first time');
  const target = { GOARCH: architecture };
  appendPayload(buildCore(work, target), buildPayload(work, target, c));
  mkdirSync(join(work, 'done'));
  renameSync(join(work, 'core'), join(work, 'done/k3s'));
  if (!existsSync(directory)) renameSync(join(work, 'done'), directory); // another run may have been faster
  return join(directory, 'k3s');
}

/**
 * Returns the variables of a compiler for arm64, and of libseccomp, which is unpacked from Debian's
 * package. It is of the release of this machine, as the C library of the compiler.
 */
async function crossCompiler(work: string): Promise<Variables> {
  const suite = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  const packages = ['libseccomp-dev'];
  const tree = await unpackPackages(work, { suite, variant: 'extract', packages, architecture: 'arm64' });
  return {
    CC: 'aarch64-linux-gnu-gcc',
    PKG_CONFIG_LIBDIR: join(tree, 'usr/lib/aarch64-linux-gnu/pkgconfig'),
    PKG_CONFIG_SYSROOT_DIR: tree,
  };
}

function digestModules(): string {
  const hash = createHash('sha256').update(readFileSync(new URL(import.meta.url)));
  for (const module of ['k3s-stand-in', 'runc']) {
    for (const name of readdirSync(join(MODULES, module)).sort()) {
      hash.update(`${name}\0`).update(readFileSync(join(MODULES, module, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Builds Kubernetes, etcd and containerd as one program. */
function buildCore(work: string, target: Variables): string {
  const core = join(work, 'core');
  const component = 'k8s.io/component-base/version';
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(VERSION) ?? [];
  const variables = {
    'main.version': VERSION,
    [`${component}.gitVersion`]: VERSION,
    [`${component}.gitMajor`]: major,
    [`${component}.gitMinor`]: minor,
  };
  const flags = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  goBuild('k3s-stand-in', core, ['-tags', 'netgo,osusergo,no_btrfs,no_zfs'], flags, '.', target);
  return core;
}

/** Builds an archive of the other programs, which must be separate files. */
function buildPayload(work: string, target: Variables, c: Variables): string {
  const programs = join(work, 'programs');
  for (const path of CARRIED) {
    goBuild('k3s-stand-in', join(programs, path.split('/').at(-1) ?? ''), [], [], path, target);
  }
  const flags = ['-linkmode external', '-extldflags -static'];
  const runc = 'github.com/opencontainers/runc';
  const variables = { ...target, ...c, CGO_ENABLED: '1' };
  goBuild('runc', join(programs, 'runc'), ['-tags', 'seccomp,netgo,osusergo'], flags, runc, variables);
  const archive = join(work, 'payload.tar');
  const owner = ['--owner=0', '--group=0', '--mtime=@0', '--sort=name'];
  execFileSync('tar', ['--create', `--file=${archive}`, ...owner, `--directory=${programs}`, '.']);
  return archive;
}

/** Appends the archive and its length in 20 characters, as `unpack` in `main.go` expects. */
function appendPayload(program: string, archive: string): void {
  appendFileSync(program, readFileSync(archive));
  appendFileSync(program, String(statSync(archive).size).padStart(20));
}

type Variables = Readonly<Record<string, string>>;

/** Builds a package of a module beside this file. Cgo is off unless `variables` turn it on. */
export function goBuild(
  module: string,
  output: string,
  options: readonly string[],
  linker: readonly string[],
  target: string,
  variables: Variables = {},
): void {
  const ldflags = ['-s', '-w', ...linker].join(' ');
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', output, ...options];
  const { status } = spawnSync(findProgram('go') ?? 'go', [...args, target], {
    cwd: join(MODULES, module),
    stdio: 'inherit',
    env: { ...process.env, CGO_ENABLED: '0', ...variables },
  });
  if (status !== 0) throw new Error(`go build ${target} failed`);
}
