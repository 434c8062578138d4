import type { EventPatch } from '../controller/patch.js';
import type { KubernetesObject } from '../objects/metadata.js';
import type { ApiClient } from './client.js';
import { createObject } from './objects.js';
import { RESOURCES } from './resource.js';

/** The namespace of Events about objects without a namespace; the API server accepts no other. */
const NAMESPACE = 'default';

/** The longest note that the API server accepts, in characters. */
const LONGEST_NOTE = 1024;

export interface Reporter {
  /** Such as `haos.io/operator`. */
  readonly controller: string;
  /** The name of the pod. */
  readonly instance: string;
}

/** Records an Event about an object without a namespace. */
export async function recordEvent(
  client: ApiClient,
  { regarding, type, reason, message }: Omit<EventPatch, 'kind'>,
  { controller, instance }: Reporter,
  signal?: AbortSignal,
): Promise<void> {
  const { apiVersion, kind } = regarding;
  const { name, uid } = regarding.metadata;
  const event: KubernetesObject & Record<string, unknown> = {
    apiVersion: RESOURCES.event.apiVersion,
    kind: RESOURCES.event.kind,
    metadata: { namespace: NAMESPACE, name: `${name}.${crypto.randomUUID()}`.slice(-253) },
    eventTime: new Date(client.clock.now()).toISOString().replace('Z', '000Z'),
    type,
    reason,
    action: reason,
    note: message.slice(0, LONGEST_NOTE),
    regarding: { apiVersion, kind, name, ...(uid !== undefined && { uid }) },
    reportingController: controller,
    reportingInstance: instance,
  };
  await createObject(client, event, signal);
}
