import type { DescribedKey } from '@haos/cc/internal';
import type { KubernetesObject } from './metadata.js';
import { GROUP, MANAGED_BY } from './names.js';
import { nodeConfigSpecSchema, nodeConfigStatusSchema } from './node-config-schema.js';
import { nodeStateStatusSchema } from './node-state-schema.js';
import { rolloutSpecSchema, rolloutStatusSchema } from './rollout-schema.js';
import type { Schema } from './schema.js';

/** A column of `kubectl get`. */
interface Column {
  readonly name: string;
  readonly jsonPath: string;
  readonly type?: 'string' | 'integer' | 'boolean' | 'date';
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
}

/** What a CustomResourceDefinition is made of. */
export interface Definition {
  readonly kind: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec?: Schema;
  readonly status: Schema;
  readonly columns: readonly Column[];
}

/**
 * Returns the CustomResourceDefinitions of the three objects; `definition` is that of a
 * cloud-config.
 */
export function crds(definition: DescribedKey): KubernetesObject[] {
  return definitions(definition).map(crd);
}

/** Returns the three objects; `definition` is that of a cloud-config. */
export function definitions(definition: DescribedKey): Definition[] {
  return [
    {
      kind: 'NodeConfig',
      shortName: 'nc',
      description: 'A part of the configuration of all nodes that match a selector.',
      spec: nodeConfigSpecSchema(definition),
      status: nodeConfigStatusSchema(),
      columns: [
        { name: 'Priority', jsonPath: '.spec.priority', type: 'integer' },
        { name: 'Strategy', jsonPath: '.spec.strategy' },
        { name: 'Nodes', jsonPath: '.status.nodes.matched', type: 'integer' },
        { name: 'Applied', jsonPath: '.status.nodes.applied', type: 'integer' },
        { name: 'Failed', jsonPath: '.status.nodes.failed', type: 'integer' },
        { name: 'Ready', jsonPath: condition('Ready', 'status') },
        { name: 'Conflict', jsonPath: condition('Conflict', 'message'), priority: 1 },
      ],
    },
    {
      kind: 'NodeState',
      shortName: 'nst',
      description: 'The state of the node with the same name.',
      status: nodeStateStatusSchema(),
      columns: [
        { name: 'Version', jsonPath: '.status.haos.version' },
        { name: 'Config', jsonPath: '.status.config.result' },
        { name: 'Action', jsonPath: '.status.plan.action' },
        { name: 'In-Sync', jsonPath: condition('InSync', 'status') },
        { name: 'Ready', jsonPath: condition('Ready', 'status') },
        { name: 'k3s', jsonPath: '.status.k3s', priority: 1 },
        { name: 'Kernel', jsonPath: '.status.kernel', priority: 1 },
        { name: 'Secure-Boot', jsonPath: '.status.secureBoot', priority: 1 },
        { name: 'Upgrade', jsonPath: '.status.upgrade.verdict', priority: 1 },
        { name: 'Message', jsonPath: '.status.config.message', priority: 1 },
      ],
    },
    {
      kind: 'Rollout',
      shortName: 'hro',
      description: 'Brings nodes to a configuration or a version, in waves.',
      spec: rolloutSpecSchema(),
      status: rolloutStatusSchema(),
      columns: [
        { name: 'Phase', jsonPath: '.status.phase' },
        { name: 'Wave', jsonPath: '.status.wave', type: 'integer' },
        { name: 'Target', jsonPath: '.status.target' },
        { name: 'Blocked', jsonPath: condition('Blocked', 'message') },
        { name: 'Plan', jsonPath: '.status.planHash', priority: 1 },
      ],
    },
  ];
}

function condition(type: string, field: string): string {
  return `.status.conditions[?(@.type=="${type}")].${field}`;
}

function crd({ kind, shortName, description, spec, status, columns }: Definition): KubernetesObject {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const age: Column = { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' };
  const definition = {
    group: GROUP,
    scope: 'Cluster',
    names: { kind, listKind: `${kind}List`, plural, singular, shortNames: [shortName], categories: ['haos'] },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [...columns, age].map((column) => ({ type: 'string', ...column })),
        schema: {
          openAPIV3Schema: {
            description,
            type: 'object',
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              ...(spec && { spec }),
              status,
            },
            ...(spec && { required: ['spec'] }),
          },
        },
      },
    ],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}`, labels: MANAGED_BY },
    ...({ spec: definition } as object),
  };
}
