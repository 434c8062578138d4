import type { DescribedKey } from '../packages/cc/src/model/schema.js';
import {
  nodeConfigSpecSchema,
  nodeConfigStatusSchema,
} from '../packages/operator/src/objects/node-config-schema.js';
import { nodeStateStatusSchema } from '../packages/operator/src/objects/node-state-schema.js';
import { rolloutSpecSchema, rolloutStatusSchema } from '../packages/operator/src/objects/rollout-schema.js';
import type { Schema } from '../packages/operator/src/objects/schema.js';

/** Subtrees that another page or every user of Kubernetes knows. */
const KNOWN = ['spec.config', 'spec.nodeSelector', 'status.conditions[]'];

/** Returns the reference of the objects of a fleet in Markdown, from the schemas. */
export function fleetReference(definition: DescribedKey): string {
  return [
    section('NodeConfig', { spec: nodeConfigSpecSchema(definition), status: nodeConfigStatusSchema() }),
    section('Rollout', { spec: rolloutSpecSchema(), status: rolloutStatusSchema() }),
    section('NodeState', { status: nodeStateStatusSchema() }),
  ].join('\n\n');
}

function section(kind: string, parts: Readonly<Record<string, Schema>>): string {
  const rows = Object.entries(parts).flatMap(([name, schema]) => rowsOf(schema, name));
  return [`### ${kind}`, '', '| field | type | |', '|---|---|---|', ...rows].join('\n');
}

function rowsOf(schema: Schema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inside]) => {
    const field = `${path}.${name}${inside.type === 'array' ? '[]' : ''}`;
    const row = `| \`${field}\` | ${typeOf(inside)} | ${(inside.description ?? '').replaceAll('|', '\\|')} |`;
    const item = inside.items ?? inside;
    return KNOWN.includes(field) ? [row] : [row, ...rowsOf(item, field)];
  });
}

function typeOf({ type, items, enum: values, format, additionalProperties }: Schema): string {
  if (type === 'array') return `list of ${typeOf(items ?? {})}`;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (format === 'date-time') return 'time';
  if (type === 'object') return additionalProperties === undefined ? 'object' : 'map';
  return { string: 'text', integer: 'number', number: 'number', boolean: 'true or false' }[type ?? 'string'];
}
