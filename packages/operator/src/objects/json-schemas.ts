import type { DescribedKey } from '@haos/cc/internal';
import { definitions } from './crds.js';
import { API_VERSION, GROUP } from './names.js';
import type { Schema } from './schema.js';

/**
 * Returns the JSON Schema of each object by its path, as kubeconform and editors look for it:
 * `haos.io/nodeconfig_v1alpha1.json`. It refuses unknown fields as the API server does, and knows
 * nothing of the rules in CEL. `definition` is that of a cloud-config.
 */
export function jsonSchemas(definition: DescribedKey): Map<string, object> {
  const version = API_VERSION.slice(GROUP.length + 1);
  return new Map(
    definitions(definition).map(({ kind, description, spec, status }) => [
      `${GROUP}/${kind.toLowerCase()}_${version}.json`,
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        description,
        type: 'object',
        properties: {
          apiVersion: { const: API_VERSION },
          kind: { const: kind },
          metadata: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
          ...(spec && { spec: toJsonSchema(spec) }),
          status: toJsonSchema(status),
        },
        required: ['apiVersion', 'kind', 'metadata', ...(spec ? ['spec'] : [])],
        additionalProperties: false,
      },
    ]),
  );
}

function toJsonSchema(schema: Schema): object {
  const { nullable, description, default: preset, ...rest } = schema;
  const about = {
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
  };
  const value = valueSchema(rest);
  return nullable ? { ...about, anyOf: [value, { type: 'null' }] } : { ...about, ...value };
}

function valueSchema(schema: Schema): object {
  const { properties, items, additionalProperties } = schema;
  const common = Object.fromEntries(
    Object.entries(schema).filter(([name]) => !name.startsWith('x-kubernetes-') && name !== 'format'),
  );
  if (schema['x-kubernetes-int-or-string'])
    return { anyOf: [{ type: 'integer' }, { ...common, type: 'string' }] };
  return {
    ...common,
    ...(schema.format === 'date-time' && { format: schema.format }),
    ...(items && { items: toJsonSchema(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inside]) => [name, toJsonSchema(inside)]),
      ),
      additionalProperties: false,
    }),
    ...(additionalProperties && { additionalProperties: toJsonSchema(additionalProperties) }),
  };
}
