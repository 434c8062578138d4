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
import { findProgram } from '../../scripts/setup.mjs';
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
  return { path: buildStandIn(), kind: 'stand-in' };
}

function buildStandIn(): string {
  const directory = join(CACHE, `k3s-${digestModules()}`);
  const program = join(directory, 'k3s');
  if (existsSync(program)) return program;
  console.log('building a stand-in for k3s from Go modules; this takes some minutes the first time');
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'building-'));
  try {
    appendPayload(buildCore(work), buildPayload(work));
    mkdirSync(join(work, 'done'));
    renameSync(join(work, 'core'), join(work, 'done/k3s'));
    if (!existsSync(directory)) renameSync(join(work, 'done'), directory); // another run may have been faster
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return program;
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
function buildCore(work: string): string {
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
  goBuild('k3s-stand-in', core, ['-tags', 'netgo,osusergo,no_btrfs,no_zfs'], flags, '.');
  return core;
}

/** Builds an archive of the other programs, which must be separate files. */
function buildPayload(work: string): string {
  const programs = join(work, 'programs');
  for (const path of CARRIED) {
    goBuild('k3s-stand-in', join(programs, path.split('/').at(-1) ?? ''), [], [], path);
  }
  const flags = ['-linkmode external', '-extldflags -static'];
  const runc = 'github.com/opencontainers/runc';
  goBuild('runc', join(programs, 'runc'), ['-tags', 'seccomp,netgo,osusergo'], flags, runc, '1');
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

/** Builds a package of a module beside this file. Cgo is off unless `cgo` is `1`. */
export function goBuild(
  module: string,
  output: string,
  options: readonly string[],
  linker: readonly string[],
  target: string,
  cgo: '0' | '1' = '0',
): void {
  const ldflags = ['-s', '-w', ...linker].join(' ');
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', output, ...options];
  const { status } = spawnSync(findProgram('go') ?? 'go', [...args, target], {
    cwd: join(MODULES, module),
    stdio: 'inherit',
    env: { ...process.env, CGO_ENABLED: cgo },
  });
  if (status !== 0) throw new Error(`go build ${target} failed`);
}
