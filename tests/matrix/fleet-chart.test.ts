import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../kubernetes/api-server.js';
import { buildTool } from '../kubernetes/manifest-tools.js';
import { ROOT } from '../vm/paths.js';

const CHART = join(ROOT, 'packages/operator/chart');
const MANIFEST = join(ROOT, 'os/overlay/rootfs/usr/share/haos/manifests/node-operator.yaml');
const NAME = ['haos-operator', CHART, '--namespace=haos-system'];

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Returns the objects of a text by kind and name. */
function objectsOf(text: string): Map<string, Named> {
  const objects = (loadAll(text) as (Named | null)[]).filter((object) => object !== null);
  return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}

/** Building Helm takes some minutes, which is why this is not among the tests of the operator. */
describe('the Helm chart', () => {
  const directory = mkdtempSync(join(tmpdir(), 'haos-chart-'));
  let helm: string;
  let server: ApiServer;
  const run = (program: string, args: readonly string[]) =>
    execFileSync(program, args, {
      encoding: 'utf8',
      env: { ...process.env, HOME: directory, KUBECONFIG: server.kubeconfig },
    });
  const kubectl = (...args: readonly string[]) => run(server.program, ['kubectl', ...args]);

  beforeAll(async () => {
    helm = buildTool('helm');
    server = await startApiServer({ controllers: true });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(directory, { recursive: true });
  });

  it('has the objects of the manifest that nodes ship', () => {
    const rendered = run(helm, ['template', ...NAME, '--include-crds', '--kube-version=1.36']);

    expect(objectsOf(rendered)).toEqual(objectsOf(readFileSync(MANIFEST, 'utf8')));
    expect(run(helm, ['lint', '--strict', CHART])).toContain('0 chart(s) failed');
  });

  it('is installed, and leaves the objects of users when it is uninstalled', () => {
    run(helm, ['install', ...NAME, '--create-namespace']);
    const file = join(directory, 'base.yaml');
    const spec = { config: { haos: { sysctls: { 'vm.swappiness': '10' } } } };
    const config = { apiVersion: 'haos.io/v1alpha1', kind: 'NodeConfig', metadata: { name: 'base' }, spec };
    writeFileSync(file, JSON.stringify(config));
    kubectl('apply', `--filename=${file}`);
    expect(kubectl('get', 'deployments', '--all-namespaces')).toContain('haos-operator');

    run(helm, ['uninstall', 'haos-operator', '--namespace=haos-system']);

    expect(kubectl('get', 'deployments,daemonsets', '--all-namespaces')).not.toContain('haos-');
    expect(kubectl('get', 'nodeconfigs', '--output=name')).toBe('nodeconfig.haos.io/base\n');
  });
});
