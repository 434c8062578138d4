import { createHash } from 'node:crypto';
import { createTestHost, type TestHostOptions } from '@haos/host/testing';
import { layout } from '@haos/system';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runApplier, runTwice } from '../testing.js';
import { bootManifests } from './boot-manifests.js';

const DEMO = 'https://manifests.example/demo.yaml';
const OTHER = 'https://manifests.example/other.yml?version=2';
const DEMO_PATH = `${layout.manifests}/demo.yaml`;

describe('bootManifests', () => {
  it('saves downloads, and changes nothing if the content is the same', async () => {
    const host = hostWith({ responses: { [DEMO]: 'kind: Pod\n', [OTHER]: 'kind: Service\n' } });
    const sha256 = createHash('sha256').update('kind: Pod\n').digest('hex').toUpperCase();
    const config = { bootManifests: [{ url: DEMO, sha256 }, { url: OTHER }] };

    const { first, second } = await runTwice(bootManifests, config, { host });

    expect(first.failures).toEqual([]);
    expect(host.files.readText(DEMO_PATH)).toBe('kind: Pod\n');
    expect(host.files.stat(DEMO_PATH)?.mode).toBe(0o600);
    expect(host.files.stat('/var/lib/rancher')?.mode).toBe(0o755);
    expect(host.files.stat('/var/lib/rancher/k3s/server')?.mode).toBe(0o700);
    expect(host.files.readText(`${layout.manifests}/other.yml`)).toBe('kind: Service\n');
    expect(second.operations.map(({ kind }) => kind)).toEqual(['fetch', 'fetch']);
  });

  it('uses the configured proxies', async () => {
    const proxies: unknown[] = [];
    const host = hostWith({
      responses: {
        [DEMO]: (options) => {
          proxies.push(options.proxy);
          return 'x';
        },
      },
    });
    const haos = { environment: { https_proxy: 'http://proxy.example:3128' } };

    await runApplier(bootManifests, { bootManifests: [{ url: DEMO }], haos }, { host });

    expect(proxies).toEqual([{ https: 'http://proxy.example:3128' }]);
  });

  it.each<[string, TestHostOptions['responses'], string | undefined, string]>([
    ['the digest differs', { [DEMO]: 'new' }, '0'.repeat(64), 'HAOS_HTTP_CHECKSUM'],
    ['the server answers with an error', { [DEMO]: { status: 404 } }, undefined, 'HAOS_HTTP_STATUS'],
  ])('leaves the old file when %s, and saves the others', async (_, responses, sha256, code) => {
    const host = hostWith({ tree: { [DEMO_PATH]: 'old' }, responses: { ...responses, [OTHER]: 'x' } });
    const bad = { url: DEMO, ...(sha256 === undefined ? {} : { sha256 }) };

    const run = await runApplier(bootManifests, { bootManifests: [bad, { url: OTHER }] }, { host });

    expect(run.failures).toEqual([code]);
    expect(host.files.readText(DEMO_PATH)).toBe('old');
    expect(host.files.readText(`${layout.manifests}/other.yml`)).toBe('x');
  });

  it('refuses both of two manifests with one name, and downloads neither', async () => {
    const host = hostWith({ responses: { [OTHER]: 'x' } });
    const config = {
      bootManifests: [{ url: DEMO }, { url: 'https://else.example/demo%2Eyaml' }, { url: OTHER }],
    };

    const run = await runApplier(bootManifests, config, { host });

    expect(run.failures).toEqual(['HAOS_CC_MANIFEST_DUPLICATE', 'HAOS_CC_MANIFEST_DUPLICATE']);
    expect(host.unused()).toEqual([]);
    expect(run.operations.filter(({ kind }) => kind === 'fetch')).toHaveLength(1);
    expect(host.files.stat(DEMO_PATH)).toBeUndefined();
  });

  it.each([
    'https://m.example/',
    'https://m.example/a.txt',
    'https://m.example/.yaml',
    'https://m.example/.hidden.yaml',
    'https://m.example/..%2F..%2Fetc%2Fx.yaml',
    'https://m.example/a%00.yaml',
    'https://m.example/%E0%A4.yaml',
    'file:///etc/a.yaml',
    'demo.yaml',
    '',
  ])('refuses the URL %j', async (url) => {
    const host = hostWith();

    const run = await runApplier(bootManifests, { bootManifests: [{ url }] }, { host });

    expect(run.failures).toEqual(['HAOS_CC_MANIFEST_NAME']);
    expect(run.operations).toEqual([]);
  });

  it('leaves a file to write_files when that writes it', async () => {
    const host = hostWith();

    const run = await runApplier(
      bootManifests,
      { bootManifests: [{ url: DEMO }], writeFiles: [{ path: DEMO_PATH }] },
      { host },
    );

    expect(run).toMatchObject({ operations: [], failures: [], notes: [expect.any(String)] });
  });

  it('plans without downloading, and notes what it would download', async () => {
    const host = hostWith({ kind: 'plan' });

    const run = await runApplier(bootManifests, { bootManifests: [{ url: DEMO }] }, { host });

    expect(run).toMatchObject({
      operations: [],
      failures: [],
      notes: [expect.stringContaining('demo.yaml')],
    });
  });
});

function hostWith(options: TestHostOptions = {}) {
  const host = createTestHost(options);
  onTestFinished(() => host.dispose());
  return host;
}
