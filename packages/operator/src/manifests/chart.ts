import type { KubernetesObject } from '../objects/metadata.js';
import { NAMESPACE } from '../objects/names.js';

/**
 * Returns the files of a directory that is a Helm chart and a kustomization, from the objects of
 * `operatorManifest`. Helm never deletes what is in `crds`, so that an uninstallation leaves the
 * objects of users. `dump` writes YAML. Throws if a text would be a template of Helm.
 */
export function chartFiles(
  objects: readonly KubernetesObject[],
  version: string,
  dump: (object: object) => string,
): Map<string, string> {
  const isDefinition = ({ kind }: KubernetesObject) => kind === 'CustomResourceDefinition';
  const join = (some: readonly KubernetesObject[]) => some.map(dump).join('---\n');
  const templates = join(objects.filter((object) => !isDefinition(object)));
  if (templates.includes('{{')) throw new Error('a template of the chart has {{');
  const chart = {
    apiVersion: 'v2',
    name: 'haos-operator',
    description: 'Configures and upgrades the HAOS nodes of a cluster',
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.30.0-0',
  };
  return new Map([
    ['Chart.yaml', dump(chart)],
    ['.helmignore', 'kustomization.yaml\n'],
    ['kustomization.yaml', dump(kustomization())],
    ['crds/definitions.yaml', join(objects.filter(isDefinition))],
    ['templates/operator.yaml', templates],
    ['templates/NOTES.txt', NOTES],
  ]);
}

function kustomization(): object {
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['crds/definitions.yaml', 'templates/operator.yaml'],
  };
}

const NOTES = `The operator runs in ${NAMESPACE}. Its pods run the programs of HAOS nodes; others get none.

  kubectl --namespace ${NAMESPACE} get pods
  kubectl haos status
`;
