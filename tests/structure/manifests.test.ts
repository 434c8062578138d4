import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { renderPlans } from '../../packages/cc/src/appliers/manifests/render-plans.js';
import { PROJECT } from '../../packages/system/src/project.js';
import { ROOT } from '../docs/page.js';

interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: Plan;
  rules?: { resources: string[]; verbs: string[] }[];
  roleRef?: { name: string };
  subjects?: { name: string }[];
}

interface Expression {
  key: string;
  operator: string;
  values?: string[];
}

interface Plan {
  nodeSelector: { matchExpressions: Expression[] };
  serviceAccountName: string;
  channel?: string;
  version?: string;
}

const DIRECTORY = join(ROOT, 'os/overlay/rootfs/usr/share/haos/manifests');
const schemas = JSON.parse(readFileSync(join(ROOT, 'tests/fixtures/kubernetes/schemas.json'), 'utf8')) as {
  kinds: Record<string, object>;
  definitions: object;
};
const ajv = new Ajv({ allowUnionTypes: true, allErrors: true });

function readManifest(name: string): KubernetesObject[] {
  return loadAll(readFileSync(join(DIRECTORY, name), 'utf8')) as unknown as KubernetesObject[];
}

function validatorOf({ apiVersion, kind }: KubernetesObject): ValidateFunction {
  const schema = schemas.kinds[`${apiVersion}/${kind}`];
  if (schema === undefined) throw new Error(`no schema for ${apiVersion}/${kind}`);
  return ajv.compile({ ...schema, definitions: schemas.definitions });
}

function errorsOf(object: KubernetesObject): string[] {
  const validate = validatorOf(object);
  validate(object);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const names = readdirSync(DIRECTORY).sort();
const objects = names.flatMap((name) => readManifest(name));

describe.each(names)('the manifest %s', (name) => {
  it.each(readManifest(name).map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
    'has a valid %s',
    (_, object) => {
      expect(errorsOf(object)).toEqual([]);
    },
  );

  it('names only images with a version, except that of the release', () => {
    const images = [...readFileSync(join(DIRECTORY, name), 'utf8').matchAll(/image: ([^\s,]+)/gi)].map(
      ([, image = '']) => image,
    );

    for (const image of images)
      if (image !== PROJECT.image && image !== PROJECT.operatorImage)
        expect(image).toMatch(/^rancher\/\S+:v\d+\.\d+\.\d+$/);
  });
});

it('finds an error in an object', () => {
  const plan = readManifest('haos-upgrade.yaml')[0]!;

  expect(errorsOf({ ...plan, spec: { ...plan.spec, chanel: 1 } as unknown as Plan })).not.toEqual([]);
  expect(errorsOf({ ...plan, spec: { ...plan.spec, concurrency: 'one' } as unknown as Plan })).not.toEqual(
    [],
  );
});

describe('the Plans', () => {
  const plans = readManifest('haos-upgrade.yaml');
  const labels = { 'haos.io/upgrade': 'enabled', 'haos.io/mode': 'disk' };
  const selecting = (node: Record<string, string>) =>
    plans
      .filter(({ spec }) => spec!.nodeSelector.matchExpressions.every((one) => isMatched(one, node)))
      .map(({ metadata }) => metadata.name);

  it.each([
    ['a server', { ...labels, 'node-role.kubernetes.io/control-plane': 'true' }, ['haos-servers']],
    ['an agent', labels, ['haos-agents']],
    ['an agent that boots from elsewhere', { ...labels, 'haos.io/mode': 'local' }, ['haos-agents']],
    [
      'an agent, never a server of an old cluster',
      { ...labels, 'node-role.kubernetes.io/master': 'true' },
      [],
    ],
    ['no live system', { ...labels, 'haos.io/mode': 'live' }, []],
    ['no node that is not HAOS', { 'haos.io/upgrade': 'enabled' }, []],
    ['no node without the upgrade label', { 'haos.io/mode': 'disk' }, []],
    ['no node that was switched off', { ...labels, 'haos.io/upgrade': 'disabled' }, []],
  ])('select %s', (_, node, expected) => {
    expect(selecting(node)).toEqual(expected);
  });

  it('run as one account, by which the agents recognise the version of the servers', () => {
    expect(new Set(plans.map(({ spec }) => spec!.serviceAccountName)).size).toBe(1);
  });

  it('do not name a release by default', () => {
    for (const { spec } of plans) expect(spec).not.toHaveProperty(PROJECT.releases ? 'version' : 'channel');
  });

  it.each([
    [
      { channel: 'https://releases.example/haos/latest' },
      { channel: 'https://releases.example/haos/latest' },
    ],
    [{ version: 'v1.2.0', image: 'registry.example.com/haos' }, { version: 'v1.2.0' }],
  ])('with %j are valid, and each names that release', (upgrade, expected) => {
    const rendered = loadAll(
      renderPlans(readFileSync(join(DIRECTORY, 'haos-upgrade.yaml'), 'utf8'), upgrade),
    ) as unknown as KubernetesObject[];

    expect(rendered).toHaveLength(plans.length);
    for (const plan of rendered) {
      expect(plan.spec).toMatchObject(expected);
      expect(errorsOf(plan)).toEqual([]);
    }
  });
});

/** Matches a label selector as the API server does: NotIn holds for a missing label. */
function isMatched({ key, operator, values = [] }: Expression, node: Record<string, string>): boolean {
  const value = node[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const isIn = value !== undefined && values.includes(value);
  return operator === 'In' ? isIn : !isIn;
}

describe('the manifest that k3s applies first, by its name', () => {
  it('defines the namespace and the kind of the others', () => {
    const [first] = names.filter((name) => name.endsWith('.yaml'));

    expect(readManifest(first!).map(({ kind }) => kind)).toEqual(['Namespace', 'CustomResourceDefinition']);
    for (const { metadata } of objects)
      if (metadata.namespace !== undefined) expect(metadata.namespace).toBe('haos-system');
  });
});

describe('the rights in the manifests', () => {
  it('contain neither cluster-admin nor wildcards', () => {
    expect(objects.filter(({ roleRef }) => roleRef?.name === 'cluster-admin')).toEqual([]);
    const rules = objects.flatMap(({ rules: own = [] }) => own);
    expect(rules.filter(({ resources, verbs }) => [...resources, ...verbs].includes('*'))).toEqual([]);
  });

  it('do not allow the jobs to read secrets or update objects', () => {
    const roles = objects
      .filter(({ subjects }) => subjects?.some(({ name }) => name === 'haos-upgrade'))
      .map(({ roleRef }) => roleRef?.name);
    const rules = objects
      .filter(({ metadata }) => roles.includes(metadata.name))
      .flatMap(({ rules: own = [] }) => own);

    expect(rules).not.toEqual([]);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('secrets');
    expect(rules.flatMap(({ verbs }) => verbs).sort()).not.toContain('update');
  });
});
