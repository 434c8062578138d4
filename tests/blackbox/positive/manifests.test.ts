import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../docs/page.js';
import { haos } from '../haos.js';
import { makeNode, reportOf, runCase } from '../run-case.js';
import { startServer } from '../server.js';

const DIRECTORY = '/var/lib/rancher/k3s/server/manifests';
const MANIFEST = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n';
const SHA256 = createHash('sha256').update(MANIFEST).digest('hex');

function configOf(...items: string[]): string {
  return `boot_manifests:\n${items.map((item) => `- {${item}}\n`).join('')}`;
}

describe('boot_manifests', () => {
  it('are downloaded to the directory from which k3s applies them, with and without a digest', async () => {
    const { url } = await startServer({ '/a.yaml': MANIFEST, '/b/c.yml?x=y': MANIFEST, '/d.json': '{}' });

    await runCase({
      name: 'downloads',
      config: configOf(
        `url: "${url}/a.yaml", sha256: ${SHA256.toUpperCase()}`,
        `url: "${url}/b/c.yml?x=y"`,
        `url: "${url}/d.json"`,
      ),
      // A plan downloads nothing, so it cannot know what would change.
      plan: [0, 0],
      changes: {
        [`${DIRECTORY}/a.yaml`]: { content: MANIFEST, mode: 0o600, owner: [0, 0] },
        [`${DIRECTORY}/c.yml`]: { content: MANIFEST, mode: 0o600 },
        [`${DIRECTORY}/d.json`]: '{}',
      },
    });
  });

  it('with another digest are not saved, and a file of an earlier boot stays', async () => {
    const { url } = await startServer({ '/a.yaml': 'changed', '/b.yaml': MANIFEST });

    await runCase({
      name: 'a wrong digest',
      tree: { [`${DIRECTORY}/a.yaml`]: { content: MANIFEST, mode: 0o600 } },
      config: configOf(`url: "${url}/a.yaml", sha256: ${SHA256}`, `url: "${url}/b.yaml"`),
      plan: [0, 0],
      status: 4,
      failures: ['HAOS_HTTP_CHECKSUM'],
      changes: { [`${DIRECTORY}/b.yaml`]: MANIFEST },
    });
  });

  it('with the same name are both refused', async () => {
    const { url, requests } = await startServer({ '/x/a.yaml': MANIFEST, '/y/a.yaml': MANIFEST });

    await runCase({
      name: 'one name',
      config: configOf(`url: "${url}/x/a.yaml"`, `url: "${url}/y/a.yaml"`),
      status: 4,
      failures: ['HAOS_CC_MANIFEST_DUPLICATE', 'HAOS_CC_MANIFEST_DUPLICATE'],
      errors: ['3 boot_manifests[1].url [duplicate-manifest]'],
    });
    expect(requests).toEqual([]);
  });

  it('are requested again after a transient error of the server', async () => {
    const { url, requests } = await startServer({ '/a.yaml': { status: 503 } });
    const root = await makeNode({ config: configOf(`url: "${url}/a.yaml"`) });

    const run = await haos(['config', '--format', 'json', '--root', root]);

    expect(run.status).toBe(4);
    expect(reportOf(run).steps.flatMap(({ failures }) => failures.map(({ code }) => code))).toEqual([
      'HAOS_HTTP_STATUS',
    ]);
    expect(requests).toHaveLength(5);
  });

  it('use the configured proxy, except for loopback', async () => {
    const proxy = await startServer({ 'http://manifests.example/far.yaml': 'far' });
    const near = await startServer({ '/near.yaml': 'near' });
    const root = await makeNode({
      config: `${configOf('url: "http://manifests.example/far.yaml"', `url: "${near.url}/near.yaml"`)}haos: {environment: {http_proxy: "${proxy.url}"}}\n`,
    });

    await haos(['config', '--root', root]);

    expect(proxy.requests).toEqual(['http://manifests.example/far.yaml']);
    expect(near.requests).toEqual(['/near.yaml']);
    expect(readFileSync(join(root, DIRECTORY, 'near.yaml'), 'utf8')).toBe('near');
  });
});

describe('haos.upgrade', () => {
  const UPGRADE = readFileSync(
    join(ROOT, 'os/overlay/rootfs/usr/share/haos/manifests/haos-upgrade.yaml'),
    'utf8',
  );
  const SERVER = {
    '/haos/system/k3s/v1/k3s': { content: '', mode: 0o755 },
    '/haos/system/k3s/current': { link: 'v1' },
    '/usr/sbin/k3s': { link: '/haos/system/k3s/current/k3s' },
    '/usr/share/haos/manifests/haos-upgrade.yaml': UPGRADE,
  };

  it('sets the version in the Plans of a server', async () => {
    await runCase({
      name: 'a version and an image',
      tree: SERVER,
      config: 'haos: {upgrade: {version: v1.2.0+rc1, image: registry.example.com/haos}}\n',
      changes: {
        [`${DIRECTORY}/haos-upgrade.yaml`]:
          /^ {2}version: "v1\.2\.0\+rc1"$[\s\S]*image: registry\.example\.com\/haos$/m,
        '/var/lib/rancher/HAOS/manifests.json': { mode: 0o600 },
        '/run/haos/k3s-start': 'wanted\n',
      },
    });
  });
});
