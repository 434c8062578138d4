import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { layout } from '@haos/system';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { GO_MANIFESTS } from './go-manifests.js';
import { decideManifest, shippedManifests } from './shipped-manifests.js';

const PLACED = `${layout.manifests}/plans.yaml`;
const SERVER = {
  '/usr/sbin/k3s': 'k3s',
  [`${layout.shippedManifests}/plans.yaml`]: 'v1',
  [`${layout.shippedManifests}/config.yaml.example`]: 'example',
};

describe('shippedManifests', () => {
  it('are placed on a server, without examples, and a second run changes nothing', async () => {
    const host = hostWith(SERVER);

    const { first, second } = await runTwice(shippedManifests, {}, { host });

    expect(first).toMatchObject({ failures: [], notes: [] });
    expect(host.files.list(layout.manifests)).toEqual(['plans.yaml']);
    expect(host.files.readText(PLACED)).toBe('v1');
    expect(host.files.stat(PLACED)?.mode).toBe(0o600);
    expect(host.files.stat('/var/lib/rancher/k3s/server')?.mode).toBe(0o700);
    expect(second.operations).toEqual([]);
  });

  it.each<[string, TestHostOptions['tree'], object, 'disk' | 'install']>([
    ['an agent', SERVER, { haos: { serverUrl: 'https://s:6443' } }, 'disk'],
    ['a node without k3s', { [`${layout.shippedManifests}/plans.yaml`]: 'v1' }, {}, 'disk'],
    ['an image without manifests', { '/usr/sbin/k3s': 'k3s' }, {}, 'disk'],
    ['an installer', SERVER, {}, 'install'],
  ])('are not placed on %s', async (_, tree, config, mode) => {
    const host = hostWith(tree);

    const run = await runApplier(shippedManifests, config, { host, mode });

    expect(run).toMatchObject({ failures: [], operations: [] });
  });

  it('are replaced by those of a newer image, and by those of the one before after a rollback', async () => {
    const host = hostWith(SERVER);
    for (const version of ['v1', 'v2', 'v1']) {
      host.files.write(`${layout.shippedManifests}/plans.yaml`, version);

      await runApplier(shippedManifests, {}, { host });

      expect(host.files.readText(PLACED)).toBe(version);
    }
  });

  it('have the operator only if it is configured, and keep it then', async () => {
    const host = hostWith({ ...SERVER, [`${layout.shippedManifests}/node-operator.yaml`]: 'v1' });
    const placed = `${layout.manifests}/node-operator.yaml`;

    await runApplier(shippedManifests, {}, { host });
    expect(host.files.stat(placed)).toBeUndefined();

    const { second } = await runTwice(shippedManifests, { haos: { operator: true } }, { host });
    expect(host.files.readText(placed)).toBe('v1');
    expect(second.operations).toEqual([]);

    await runApplier(shippedManifests, { haos: { operator: false } }, { host });
    expect(host.files.readText(placed)).toBe('v1');
  });

  it('follow haos.upgrade, and return to the default without it', async () => {
    const place = '  # haos.upgrade: here\n';
    const host = hostWith({ ...SERVER, [`${layout.shippedManifests}/plans.yaml`]: place });
    const configured = { haos: { upgrade: { version: 'v2' } } };

    const { second } = await runTwice(shippedManifests, configured, { host });

    expect(host.files.readText(PLACED)).toBe('  version: "v2"\n');
    expect(second.operations).toEqual([]);
    await runApplier(shippedManifests, {}, { host });
    expect(host.files.readText(PLACED)).toBe(place);
  });

  it.each([
    ['edited', (host: TestHost) => void host.files.write(PLACED, 'mine'), 'mine'],
    ['removed', (host: TestHost) => void host.files.remove(PLACED), undefined],
  ])('stay %s, also with a newer image', async (_, change, expected) => {
    const host = hostWith(SERVER);
    await runApplier(shippedManifests, {}, { host });
    change(host);

    host.files.write(`${layout.shippedManifests}/plans.yaml`, 'v2');
    const { second } = await runTwice(shippedManifests, {}, { host });

    expect(host.files.readTextIfExists(PLACED)).toBe(expected);
    expect(second.operations).toEqual([]);
  });

  it('count as written after a power cut before the ledger was updated', async () => {
    const host = hostWith({ ...SERVER, [PLACED]: 'v1' });
    await runApplier(shippedManifests, {}, { host });

    host.files.write(`${layout.shippedManifests}/plans.yaml`, 'v2');
    await runApplier(shippedManifests, {}, { host });

    expect(host.files.readText(PLACED)).toBe('v2');
  });

  it('are left to write_files when that writes them', async () => {
    const host = hostWith(SERVER);

    await runApplier(shippedManifests, { writeFiles: [{ path: PLACED }] }, { host });

    expect(host.files.stat(PLACED)).toBeUndefined();
  });

  it('treat the files in place as edited if the ledger is damaged', async () => {
    const host = hostWith({ ...SERVER, [PLACED]: 'other', [layout.manifestLedger]: '{' });

    const run = await runApplier(shippedManifests, {}, { host });

    expect(run).toMatchObject({ failures: [], notes: [expect.stringContaining('plans.yaml')] });
    expect(host.files.readText(PLACED)).toBe('other');
  });
});

describe('decideManifest', () => {
  const facts = { current: 'go', last: undefined, shipped: 'new', known: new Set(['go']) };

  it.each([
    ['replaces a file of the Go implementation', {}, 'write'],
    ['replaces it again after the Go implementation ran in between', { last: 'new' }, 'write'],
    ['leaves an edited file', { current: 'go, edited' }, 'edited'],
    ['writes a missing file', { current: undefined }, 'write'],
    ['leaves a removed file missing', { current: undefined, last: 'old' }, 'removed'],
    ['replaces its own earlier file', { current: 'old', last: 'old' }, 'write'],
  ])('%s', (_, given, expected) => {
    expect(decideManifest({ ...facts, ...given })).toBe(expected);
  });

  it('knows files of the Go implementation by digests', () => {
    expect(GO_MANIFESTS.size).toBe(33);
    expect([...GO_MANIFESTS].filter((digest) => !/^[0-9a-f]{64}$/.test(digest))).toEqual([]);
  });
});

type TestHost = ReturnType<typeof hostWith>;

function hostWith(tree: TestHostOptions['tree'] = {}) {
  const host = createTestHost({ tree });
  onTestFinished(() => host.dispose());
  return host;
}
