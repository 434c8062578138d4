import type { KubernetesObject } from '../objects/metadata.js';
import { apiError, isStatus } from './api-error.js';
import { createBackoff } from './backoff.js';
import type { ApiClient } from './client.js';
import { listObjects, type Selection } from './objects.js';
import { pathOf, type Resource } from './resource.js';

/** What a list-watch reports, in order. A throw of a callback goes to `onError`. */
export interface ListWatchHandler<T> {
  /** All objects, after the first list and after each later one. */
  onList(items: readonly T[]): void;
  onChange(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
  /** A failure; the list-watch goes on after a pause of this many milliseconds. */
  onError(error: unknown, pause: number): void;
}

export interface ListWatchOptions {
  readonly resource: Resource;
  readonly selection?: Selection | undefined;
  readonly signal: AbortSignal;
  /** Seconds after which the API server ends a watch: at random between these. Default 300, 600. */
  readonly watchSeconds?: readonly [number, number];
  /**
   * Milliseconds without an event or a bookmark until the connection counts as dead. Default
   * 180,000: the API server sends a bookmark each minute.
   */
  readonly idleTimeout?: number;
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** Milliseconds; a watch that ends earlier counts as a failure, so that none starts in a loop. */
const SHORTEST_WATCH = 1000;

/**
 * Lists objects and then watches them until the signal aborts. A watch that ends continues where it
 * was. If the API server no longer knows that version (410), everything is listed again. Never
 * rejects.
 */
export async function listWatch<T extends KubernetesObject>(
  client: ApiClient,
  options: ListWatchOptions,
  handler: ListWatchHandler<T>,
): Promise<void> {
  const { signal } = options;
  const backoff = createBackoff();
  let version: string | undefined;
  while (!signal.aborted) {
    const started = performance.now();
    try {
      if (version === undefined) {
        const list = await listObjects<T>(client, options.resource, options.selection, signal);
        version = list.resourceVersion;
        safely(handler, () => handler.onList(list.items));
        backoff.reset();
      }
      await watch(client, options, version, handler, (next) => {
        version = next;
        backoff.reset();
      });
      if (performance.now() - started < SHORTEST_WATCH) throw new Error('the watch ended at once');
    } catch (error) {
      if (signal.aborted) return;
      if (isStatus(error, 410)) version = undefined;
      const pause = backoff.next();
      safely(handler, () => handler.onError(error, pause));
      await client.clock.sleep(pause, signal).catch(() => {});
    }
  }
}

async function watch<T extends KubernetesObject>(
  client: ApiClient,
  options: ListWatchOptions,
  from: string,
  handler: ListWatchHandler<T>,
  onVersion: (version: string) => void,
): Promise<void> {
  const { resource, signal, watchSeconds = [300, 600], idleTimeout = 180_000 } = options;
  const { namespace, ...selectors } = options.selection ?? {};
  const [least, most] = watchSeconds;
  const events = client.stream<WatchEvent<T>>({
    path: pathOf(resource, { namespace }),
    query: {
      ...selectors,
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds: Math.round(least + Math.random() * (most - least)),
    },
    idleTimeout,
    signal,
  });
  for await (const { type, object } of events) {
    if (type === 'ERROR') throw statusError(resource, object);
    if (type !== 'BOOKMARK') safely(handler, () => handler.onChange(type, object));
    onVersion(object.metadata.resourceVersion ?? from);
  }
}

function statusError(resource: Resource, object: object): Error {
  const status = object as { code?: number };
  return apiError(`watch ${resource.plural}`, status.code ?? 0, status);
}

/** A callback that throws must not end the watch. */
function safely<T>(handler: ListWatchHandler<T>, call: () => void): void {
  try {
    call();
  } catch (error) {
    handler.onError(error, 0);
  }
}
