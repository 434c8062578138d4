/** A structural schema of a CustomResourceDefinition (Kubernetes: "Extend the API with CRDs"). */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic';
  readonly 'x-kubernetes-validations'?: readonly Rule[];
}

/** A rule in CEL, which the API server checks. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

/** A schema of each property of a type; the compiler finds one that is missing. */
export type Properties<T> = { readonly [Name in keyof T]-?: Schema };

type More = Partial<Schema>;

export function text(description: string, more: More = {}): Schema {
  return { description, type: 'string', ...more };
}

export function choice(description: string, values: readonly string[], more: More = {}): Schema {
  return text(description, { enum: values, ...more });
}

export function whole(description: string, more: More = {}): Schema {
  return { description, type: 'integer', format: 'int64', ...more };
}

export function decimal(description: string, more: More = {}): Schema {
  return { description, type: 'number', format: 'double', ...more };
}

export function flag(description: string, more: More = {}): Schema {
  return { description, type: 'boolean', ...more };
}

/** A list that server-side apply replaces as a whole. */
export function list(description: string, items: Schema, more: More = {}): Schema {
  return { description, type: 'array', items, 'x-kubernetes-list-type': 'atomic', ...more };
}

export function mapOf(description: string, entry: Schema, more: More = {}): Schema {
  return { description, type: 'object', additionalProperties: entry, ...more };
}

export function object<T>(
  description: string,
  properties: Properties<T>,
  required: readonly (keyof T & string)[] = [],
  rules: readonly Rule[] = [],
): Schema {
  return {
    description,
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    ...(rules.length > 0 && { 'x-kubernetes-validations': rules }),
  };
}
