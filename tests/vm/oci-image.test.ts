import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '@haos/system/internal';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeImage } from '../loop/loop-disk.js';
import { ARTIFACTS, ROOT } from './paths.js';

const ARCHIVE = join(ARTIFACTS, 'haos-oci-amd64.tar');
const PLANS = join(ROOT, 'os/overlay/rootfs/usr/share/haos/manifests/haos-upgrade.yaml');

interface Plan {
  spec: { prepare: { args: string[] }; upgrade: { image: string; args: string[] } };
}

/** Needs no machine: another tool unpacks the image, and the program has only this root. */
describe('the release as an OCI image', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-oci-'));
  const root = join(directory, 'bundle/rootfs');
  const [{ spec } = {} as Plan] = loadAll(readFileSync(PLANS, 'utf8')) as unknown as Plan[];
  let entry: string[] = [];

  beforeAll(() => {
    const image = `${join(directory, 'layout')}:release`;
    execFileSync('skopeo', ['copy', '--quiet', `oci-archive:${ARCHIVE}`, `oci:${image}`]);
    const config = execFileSync('skopeo', ['inspect', '--config', `oci:${image}`], { encoding: 'utf8' });
    entry = (JSON.parse(config) as { config: { Entrypoint: string[] } }).config.Entrypoint;
    execFileSync('umoci', ['unpack', '--image', image, join(directory, 'bundle')], { stdio: 'ignore' });
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  /** Runs in a separate mount namespace, with the root as a mount, like a container's. */
  function launch(user: string, args: readonly string[]) {
    const script = 'mount --bind "$0" "$0" && cd "$0" && exec chroot "$@"';
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, root, `--userspec=${user}`, '.', ...entry, ...args],
      { encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  }

  it('is for this architecture and this version', () => {
    const found = JSON.parse(
      execFileSync('skopeo', ['inspect', `oci-archive:${ARCHIVE}`], { encoding: 'utf8' }),
    );

    expect(found).toMatchObject({ Architecture: 'amd64', Os: 'linux', Layers: [expect.any(String)] });
    expect(found.Labels['org.opencontainers.image.version']).toBe(
      readlinkSync(join(root, 'haos/system/haos/current')),
    );
  });

  it('has the full name that the Plans use, for containerd and for docker load', () => {
    const name = `${PROJECT.image}:${readlinkSync(join(root, 'haos/system/haos/current'))}`;
    const read = (file: string) =>
      JSON.parse(execFileSync('tar', ['-xOf', ARCHIVE, file], { encoding: 'utf8' })) as unknown;

    expect(spec.upgrade.image).toBe(PROJECT.image);
    expect(read('./index.json')).toMatchObject({
      manifests: [{ annotations: { 'io.containerd.image.name': name } }],
    });
    const listed = execFileSync('skopeo', ['list-tags', `docker-archive:${ARCHIVE}`], { encoding: 'utf8' });
    expect(JSON.parse(listed)).toMatchObject({ Tags: [name] });
  });

  it('contains only the components', () => {
    expect(readdirSync(root)).toEqual(['haos']);
    expect(readdirSync(join(root, 'haos'))).toEqual(['system']);
    execFileSync('sha256sum', ['--check', '--quiet', 'sha256sum.txt'], { cwd: join(root, 'haos/system') });
  });

  it('prints its version for any user, as the Plan for servers requests', () => {
    expect(launch('65534:65534', spec.prepare.args)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^haos v?\d+\.\d+\.\d+\n$/),
    });
  });

  it('upgrades the node that is mounted at /host as the Plans do, and has nothing to do the second time', () => {
    const system = join(root, 'host/haos/system');
    writeNode(system, 'v0.0.1');
    mkdirSync(join(root, 'host/run/haos'), { recursive: true });
    // The machine that runs the test must not restart, and there is no cluster.
    const args = spec.upgrade.args.filter((argument) => !['--reboot', '--drain'].includes(argument));

    const first = launch('0:0', [...args, '--format=json']);
    const second = launch('0:0', [...args, '--format=json']);

    expect(first.status, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ status: 'upgraded', from: { haos: 'v0.0.1' } });
    expect(readlinkSync(join(system, 'haos/current'))).toBe(
      readlinkSync(join(root, 'haos/system/haos/current')),
    );
    expect(readlinkSync(join(system, 'haos/previous'))).toBe('v0.0.1');
    expect(second.status, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ status: 'unchanged' });
  });
});

/** Writes the components of a node whose kernel has the kind of that in the image under test. */
function writeNode(system: string, version: string): void {
  writeImage(system, version);
  const kernels = join(system, 'kernel');
  const name = `6.1.0-cloud-amd64-${version}`;
  renameSync(join(kernels, `6.1.0-${version}`), join(kernels, name));
  rmSync(join(kernels, 'current'));
  symlinkSync(name, join(kernels, 'current'));
}
