import { readSources, validate } from '@haos/cc';
import { documentedKey, isSecret, pointerSegments } from '@haos/cc/internal';
import { createRedactor } from '@haos/host';
import type { Secret } from '../objects/metadata.js';
import { DEFAULT_PRIORITY, type NodeConfig, type SecretValue } from '../objects/node-config.js';
import type { NodePart } from '../objects/node-parts.js';
import { digest } from './digest.js';

/** A NodeConfig as a part for nodes, or why it cannot be one. */
export type Rendered = { readonly part: NodePart } | { readonly problem: Problem };

export interface Problem {
  readonly reason: 'SecretMissing' | 'PathInvalid' | 'SecretInline' | 'Invalid' | 'TooLarge';
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The largest part. A Secret has at most 1 MiB (Kubernetes: "Secret", data size): what a node has,
 * what it plans and what it had.
 */
const MAX_TEXT_BYTES = 200 * 1024;

/**
 * Renders a NodeConfig for nodes, with the values of its Secrets by their names. The hash is one of
 * what the user wrote and of the versions of the Secrets, not of the result: a newer operator that
 * renders differently changes no node, and the hash tells nothing about a secret.
 */
export function renderConfig(config: NodeConfig, secrets: ReadonlyMap<string, Secret>): Rendered {
  const { spec, metadata } = config;
  const inline = findInlineSecret(spec.text ?? JSON.stringify(spec.config ?? {}));
  if (inline !== undefined)
    return problem(
      'SecretInline',
      `${inline} is a secret: put it into a Secret, and name it in spec.secrets`,
    );
  let text: string;
  try {
    text = spec.text ?? render(fillIn(spec.config ?? {}, spec.secrets ?? [], secrets));
  } catch (error) {
    if (error instanceof RenderError) return { problem: error.problem };
    throw error;
  }
  if (new TextEncoder().encode(text).length > MAX_TEXT_BYTES)
    return problem('TooLarge', `it has more than ${MAX_TEXT_BYTES / 1024} KiB: put files elsewhere`);
  const values = valuesOf(spec.secrets ?? [], secrets);
  const redact = createRedactor(values);
  const { issues } = validate({ file: `NodeConfig/${metadata.name}`, content: text });
  const error = issues.find(({ severity }) => severity === 'error');
  if (error !== undefined) {
    const sentences = [`${error.key}: ${error.message}`, error.hint].filter((one) => one !== undefined);
    return problem('Invalid', redact(sentences.join('. ')));
  }
  const versions = (spec.secrets ?? []).map(({ path, secretRef }) => {
    const { uid, resourceVersion } = secrets.get(secretRef.name)?.metadata ?? {};
    return [path, secretRef.name, secretRef.key, uid, resourceVersion];
  });
  return {
    part: {
      name: metadata.name,
      priority: spec.priority ?? DEFAULT_PRIORITY,
      generation: metadata.generation ?? 0,
      text,
      ...(values.length > 0 && { secrets: values }),
      hash: digest({ priority: spec.priority, config: spec.config, text: spec.text, versions }),
    },
  };
}

/** JSON is YAML, so that nothing has to know how YAML writes texts. */
function render(config: unknown): string {
  return `#cloud-config\n${JSON.stringify(config, undefined, 2)}\n`;
}

function problem(reason: Problem['reason'], message: string): { problem: Problem } {
  return { problem: { reason, message } };
}

class RenderError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** Returns the documented name of a key that is a secret and has a value. */
function findInlineSecret(content: string): string | undefined {
  const { provenance } = readSources([{ content }]);
  const pointer = provenance.leaves().find(isSecret);
  return pointer && documentedKey(pointer);
}

/**
 * Returns the texts that must not be shown: the values of Secrets, and their lines, because diffs
 * have lines.
 */
function valuesOf(values: readonly SecretValue[], secrets: ReadonlyMap<string, Secret>): string[] {
  const texts = values.map(({ secretRef }) => readSecret(secretRef, secrets) ?? '');
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line.trim().length >= MIN_LINE);
  return [...new Set([...texts, ...lines])].filter((text) => text !== '');
}

/** Shorter lines, such as a bracket, tell nothing, and hiding them would hide the rest. */
const MIN_LINE = 4;

function readSecret(
  { name, key }: SecretValue['secretRef'],
  secrets: ReadonlyMap<string, Secret>,
): string | undefined {
  const data = secrets.get(name)?.data?.[key];
  return data && Buffer.from(data, 'base64').toString('utf8');
}

function fillIn(config: Json, values: readonly SecretValue[], secrets: ReadonlyMap<string, Secret>): Json {
  const filled = structuredClone(config);
  for (const { path, secretRef } of values) {
    const value = readSecret(secretRef, secrets);
    if (value === undefined)
      throw new RenderError({
        reason: 'SecretMissing',
        message: `the Secret ${secretRef.name} in haos-system has no key ${secretRef.key}, for ${path}`,
      });
    setAt(filled, path, value);
  }
  return filled;
}

/** Sets a value, and makes the sections above it; items of lists must exist. */
function setAt(config: object, path: string, value: string): void {
  const segments = pointerSegments(path);
  const last = segments.pop() ?? '';
  let inside: object = config;
  for (const segment of segments) {
    const here = inside as Record<string, unknown>;
    if (here[segment] === undefined && !Array.isArray(inside)) here[segment] = {};
    const next = Object.hasOwn(here, segment) ? here[segment] : undefined;
    if (typeof next !== 'object' || next === null)
      throw new RenderError({ reason: 'PathInvalid', message: `${path} leads to nothing in spec.config` });
    inside = next;
  }
  (inside as Record<string, unknown>)[last] = value;
}
