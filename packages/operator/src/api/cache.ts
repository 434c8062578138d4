import type { KubernetesObject } from '../objects/metadata.js';
import type { ApiClient } from './client.js';
import { type ListWatchOptions, listWatch } from './list-watch.js';

export interface CacheOptions extends ListWatchOptions {
  /** Called after each change of content; not for changes that only the version shows. */
  readonly onChange?: () => void;
  readonly onError: (error: unknown, pause: number) => void;
}

/** A copy of objects of the API server that follows them. */
export interface ObjectCache<T extends KubernetesObject> {
  /** Resolves when everything has been listed once, or the signal aborted. */
  readonly synced: Promise<void>;
  /** Resolves when the signal aborted and nothing runs any more. */
  readonly done: Promise<void>;
  list(): readonly T[];
  get(name: string, namespace?: string): T | undefined;
  /** Adds what the API server answered to a change, before the watch delivers it. */
  put(object: T): void;
}

/** Follows objects until the signal aborts. `managedFields` are left out, to save memory. */
export function startCache<T extends KubernetesObject>(
  client: ApiClient,
  options: CacheOptions,
): ObjectCache<T> {
  const { onChange = () => {}, onError, signal } = options;
  const objects = new Map<string, T>();
  let resolveSynced = () => {};
  const synced = new Promise<void>((resolve) => {
    resolveSynced = resolve;
  });
  signal.addEventListener('abort', resolveSynced, { once: true });

  function put(object: T): boolean {
    const key = keyOf(object.metadata.name, object.metadata.namespace);
    const known = objects.get(key);
    if (known !== undefined && !isNewer(object, known)) return false;
    objects.set(key, withoutManagedFields(object));
    return true;
  }

  const done = listWatch<T>(client, options, {
    onError,
    onList(items) {
      objects.clear();
      for (const item of items) put(item);
      resolveSynced();
      onChange();
    },
    onChange(type, object) {
      const { name, namespace } = object.metadata;
      const isChanged = type === 'DELETED' ? objects.delete(keyOf(name, namespace)) : put(object);
      if (isChanged) onChange();
    },
  });
  return {
    synced,
    done,
    list: () => [...objects.values()],
    get: (name, namespace) => objects.get(keyOf(name, namespace)),
    put: (object) => void put(object),
  };
}

function keyOf(name: string, namespace = ''): string {
  return `${namespace}/${name}`;
}

/**
 * Versions of one kind are whole numbers that grow:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
function isNewer(object: KubernetesObject, known: KubernetesObject): boolean {
  if (object.metadata.uid !== known.metadata.uid) return true;
  return BigInt(object.metadata.resourceVersion ?? 0) > BigInt(known.metadata.resourceVersion ?? 0);
}

function withoutManagedFields<T extends KubernetesObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  return { ...object, metadata };
}
