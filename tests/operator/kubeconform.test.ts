import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readPages } from '../docs/page.js';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { buildTool } from '../kubernetes/manifest-tools.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const SHIPPED = join(ROOT, 'os/overlay/rootfs/usr/share/haos/manifests');

/** Where kubeconform looks in a directory. */
const PATH = '{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json';

let kubeconform: string;
let directory: string;
beforeAll(() => {
  kubeconform = buildTool('kubeconform');
  directory = mkdtempSync(join(tmpdir(), 'haos-schemas-'));
}, 600_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Verdict {
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly msg: string;
}

/** Returns what kubeconform says about each object, with schemas of these directories only. */
function check(text: string, schemas: readonly string[]): Verdict[] {
  const locations = schemas.flatMap((path) => ['-schema-location', join(path, PATH)]);
  const { stdout, stderr, status } = spawnSync(
    kubeconform,
    ['-strict', '-verbose', '-output', 'json', ...locations],
    { input: text, encoding: 'utf8' },
  );
  if (stdout === '') throw new Error(`kubeconform ends with ${status}: ${stderr}`);
  return (JSON.parse(stdout) as { resources: Verdict[] }).resources;
}

const ours = join(ROOT, 'packages/operator/schemas');
const bad = (verdicts: readonly Verdict[]) => verdicts.filter(({ status }) => status !== 'statusValid');

describe('kubeconform, with the generated schemas', () => {
  const page = readPages().find(({ path }) => path === 'docs/fleet.md')!;
  const examples = page.blocks.filter(
    ({ language, note }) => language === 'yaml' && /NodeConfig|Rollout/.test(note ?? ''),
  );
  const objectOf = ({ content, note = '' }: (typeof examples)[number]) => {
    const kind = /a part of a (\w+)/.exec(note)?.[1];
    if (kind === undefined) return content;
    return `apiVersion: haos.io/v1alpha1\nkind: ${kind}\nmetadata: { name: a }\n${content}`;
  };

  it.each(examples.map((example) => [example.place, objectOf(example)]))(
    'accepts the example at %s',
    (_, text) => {
      const verdicts = check(text, [ours]);

      expect(verdicts).not.toEqual([]);
      expect(bad(verdicts)).toEqual([]);
    },
  );

  it('refuses what the API server refuses', () => {
    const wrong = (spec: object, kind = 'NodeConfig') =>
      check(JSON.stringify({ apiVersion: 'haos.io/v1alpha1', kind, metadata: { name: 'a' }, spec }), [ours]);

    expect(bad(wrong({ config: { hostname: null } }))).toEqual([]);
    expect(wrong({ config: { hostnme: 'a' } })[0]?.msg).toContain('hostnme');
    expect(wrong({ config: { hostname: 'a b' } })[0]?.msg).toContain('/spec/config/hostname');
    expect(wrong({ target: { config: 'a' }, wave: [] }, 'Rollout')[0]?.msg).toContain('wave');
    expect(wrong({}, 'Rollout')[0]?.msg).toContain('target');
  });
});

describe('kubeconform, with the schemas of an API server', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    kubectl(server, ['apply', '--server-side', `--filename=${join(SHIPPED, 'haos-system.yaml')}`]);
    // It takes a moment until the API server describes new definitions.
    await vi.waitFor(() => expect(kubectl(server, ['get', '--raw', '/openapi/v3'])).toContain(PLANS), LIMIT);
    for (const group of [...GROUPS, PLANS]) writeSchemas(server, group);
  });
  afterAll(() => server?.stop());

  it.each(readdirSync(SHIPPED).filter((name) => name.endsWith('.yaml')))('accepts %s', (name) => {
    const verdicts = check(readFileSync(join(SHIPPED, name), 'utf8'), [directory]);

    expect(verdicts).not.toEqual([]);
    expect(bad(verdicts)).toEqual([]);
  });

  it('refuses an unknown field', () => {
    const manifest = readFileSync(join(SHIPPED, 'node-operator.yaml'), 'utf8');

    expect(bad(check(manifest.replace('hostNetwork:', 'hostNetwrk:'), [directory]))).toEqual([
      expect.objectContaining({ kind: 'DaemonSet', msg: expect.stringContaining('hostNetwrk') }),
    ]);
  });
});

/** The group of the Plans of the system-upgrade-controller. */
const PLANS = 'apis/upgrade.cattle.io/v1';

const GROUPS = [
  'api/v1',
  'apis/apps/v1',
  'apis/rbac.authorization.k8s.io/v1',
  'apis/admissionregistration.k8s.io/v1',
  'apis/apiextensions.k8s.io/v1',
];

const LIMIT = { timeout: 60_000, interval: 500 };

type Json = Record<string, unknown>;

function kubectl({ program, kubeconfig }: ApiServer, args: readonly string[]): string {
  const all = ['kubectl', `--kubeconfig=${kubeconfig}`, ...args];
  return execFileSync(program, all, { encoding: 'utf8', maxBuffer: 1024 ** 3 });
}

/** Writes the schemas of a group as kubeconform finds them. */
function writeSchemas(server: ApiServer, group: string): void {
  const output = kubectl(server, ['get', '--raw', `/openapi/v3/${group}`]);
  const { components } = closed(JSON.parse(output)) as { components: { schemas: Record<string, Json> } };
  for (const [name, schema] of Object.entries(components.schemas)) {
    const kinds = schema['x-kubernetes-group-version-kind'] as
      | readonly { group: string; version: string; kind: string }[]
      | undefined;
    for (const { group: own, version, kind } of kinds ?? []) {
      if (own !== (group.split('/').at(-2) ?? '').replace(/^api$/, '')) continue;
      const path = join(directory, own || 'v1', `${kind.toLowerCase()}_${version}.json`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify({ $ref: `#/components/schemas/${name}`, components }));
    }
  }
}

/** Returns a schema that refuses unknown fields, as the API server does. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inside]) => [name, closed(inside)]);
  const isOpen =
    'properties' in value &&
    'type' in value &&
    !('additionalProperties' in value || 'x-kubernetes-preserve-unknown-fields' in value);
  return Object.fromEntries([...entries, ...(isOpen ? [['additionalProperties', false]] : [])]);
}
