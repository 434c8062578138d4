import type { KubernetesObject } from '../objects/metadata.js';
import { isStatus } from './api-error.js';
import type { ApiClient } from './client.js';
import { type ObjectPath, pathOf, type Resource, resourceOf } from './resource.js';

export interface Selection {
  readonly namespace?: string | undefined;
  /** As kubectl takes it, such as `app=web`. */
  readonly labelSelector?: string | undefined;
  /** Such as `metadata.name=a` or `spec.nodeName=a`. */
  readonly fieldSelector?: string | undefined;
}

/** Reads an object; undefined if it does not exist. */
export async function getObject<T extends KubernetesObject>(
  client: ApiClient,
  resource: Resource,
  path: ObjectPath & { readonly name: string },
): Promise<T | undefined> {
  try {
    return await client.call<T>({ method: 'GET', path: pathOf(resource, path) });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** The version from which a watch continues. */
  readonly resourceVersion: string;
}

/** Objects of a page, as the documentation of the API recommends. */
const PAGE = 500;

interface Page<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items?: readonly T[];
}

/**
 * Lists objects in pages of 500. If the pages expire while they are read (410), it lists all at
 * once. Items of a list have no `apiVersion` and `kind`; this adds them.
 */
export async function listObjects<T extends KubernetesObject>(
  client: ApiClient,
  resource: Resource,
  selection: Selection = {},
  signal?: AbortSignal,
  onPage: (items: readonly T[]) => void = () => {},
): Promise<ObjectList<T>> {
  const { namespace, ...selectors } = selection;
  const path = pathOf(resource, { namespace });
  const read = async (query: Readonly<Record<string, string | number | undefined>>) => {
    const page = await client.call<Page<T>>({
      method: 'GET',
      path,
      query: { ...selectors, ...query },
      signal,
    });
    const { apiVersion, kind } = resource;
    const items = (page.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
    onPage(items);
    return { items, metadata: page.metadata };
  };
  let page = await read({ limit: PAGE });
  const items = [...page.items];
  while (page.metadata.continue) {
    try {
      page = await read({ limit: PAGE, continue: page.metadata.continue });
    } catch (error) {
      if (!isStatus(error, 410)) throw error;
      const whole = await read({});
      return { items: whole.items, resourceVersion: whole.metadata.resourceVersion };
    }
    items.push(...page.items);
  }
  return { items, resourceVersion: page.metadata.resourceVersion };
}

/** Creates an object and returns it as stored. Throws HAOS_API_STATUS with 409 if it exists. */
export function createObject<T extends KubernetesObject>(
  client: ApiClient,
  object: T,
  signal?: AbortSignal,
): Promise<T> {
  const resource = resourceOf(object);
  const { namespace } = object.metadata;
  return client.call<T>({ method: 'POST', path: pathOf(resource, { namespace }), body: object, signal });
}

/**
 * Replaces an object. With `metadata.resourceVersion` it throws HAOS_API_STATUS with 409 if the
 * object changed in the meantime.
 */
export function replaceObject<T extends KubernetesObject>(
  client: ApiClient,
  object: T,
  options: { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Promise<T> {
  const resource = resourceOf(object);
  const { namespace, name } = object.metadata;
  const path = pathOf(resource, { namespace, name });
  return client.call<T>({ method: 'PUT', path, body: object, ...options });
}

export interface ApplyOptions {
  /** Who owns the fields. */
  readonly manager: string;
  readonly subresource?: 'status' | undefined;
  /** Whether to take fields from other managers; else 409. Default true. */
  readonly force?: boolean;
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Server-side apply: creates the object or changes the given fields, and gives up fields that the
 * manager applied before. Returns the object as stored. An object with `metadata.uid` is never
 * created (409).
 */
export function applyObject<T extends KubernetesObject>(
  client: ApiClient,
  object: T,
  { manager, subresource, force = true, timeout, signal }: ApplyOptions,
): Promise<T> {
  const { namespace, name } = object.metadata;
  return client.call<T>({
    method: 'PATCH',
    path: pathOf(resourceOf(object), { namespace, name, subresource }),
    query: { fieldManager: manager, force },
    contentType: 'application/apply-patch+yaml', // JSON is YAML
    body: object,
    signal,
    ...(timeout !== undefined && { timeout }),
  });
}

/** Deletes the object with this uid. It is not an error if it is gone, or another. */
export async function deleteObject(
  client: ApiClient,
  object: KubernetesObject,
  signal?: AbortSignal,
): Promise<void> {
  const { namespace, name, uid } = object.metadata;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(uid && { preconditions: { uid } }) };
  try {
    await client.call({
      method: 'DELETE',
      path: pathOf(resourceOf(object), { namespace, name }),
      body,
      signal,
    });
  } catch (error) {
    if (!isStatus(error, 404) && !(uid !== undefined && isStatus(error, 409))) throw error;
  }
}
