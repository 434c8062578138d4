import type { Condition, LabelRequirement, LabelSelector } from './metadata.js';
import { choice, list, mapOf, object, type Schema, text, whole } from './schema.js';

/** A time as the API server has it. */
export function time(description: string): Schema {
  return text(description, { format: 'date-time' });
}

export function conditions(description: string): Schema {
  return {
    description,
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
    items: object<Condition>(
      'A condition, as Kubernetes has it.',
      {
        type: text('The name of the condition.'),
        status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
        reason: text('One word in CamelCase, for programs.'),
        message: text('A sentence for people.'),
        lastTransitionTime: time('When the status last changed.'),
        observedGeneration: whole('The generation of the spec that it is about.'),
      },
      ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
    ),
  };
}

export function selector(description: string): Schema {
  return {
    ...object<LabelSelector>(description, {
      matchLabels: mapOf('Labels that a node must have.', text('The value.')),
      matchExpressions: list(
        'Requirements that all must hold.',
        object<LabelRequirement>(
          'A requirement.',
          {
            key: text('The name of the label.'),
            operator: choice('How the label is compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist']),
            values: list('Of In and NotIn.', text('A value.')),
          },
          ['key', 'operator'],
        ),
      ),
    }),
    'x-kubernetes-map-type': 'atomic',
  };
}
