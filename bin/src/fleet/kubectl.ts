import { type Host, liveHost } from '@haos/host';
import type { KubernetesObject } from '@haos/operator/internal';
import type { Context } from '../command.js';

/** The options with which a person says which cluster to use. */
export type ClusterOptions = 'context' | 'kubeconfig';

/** `kubectl` of the person: its credentials decide what the command may do. */
export interface Kubectl {
  /** Returns an object. */
  get<Value>(kind: string, name: string): Promise<Value>;
  /** Returns the objects of a kind; `options` are those of `kubectl get`. Default: all. */
  list<Value>(kind: string, options?: readonly string[]): Promise<readonly Value[]>;
  /** Returns the objects of several kinds by one call: on a small machine, each takes seconds. */
  listTogether(kinds: readonly string[]): Promise<readonly KubernetesObject[]>;
  /** Changes fields of the spec. */
  patchSpec(kind: string, name: string, spec: object): Promise<void>;
}

/** Listing thousands of nodes takes a while. */
const TIMEOUT_MS = 120_000;

/** Returns the `kubectl` on the path. Its messages are those of the person's `kubectl`. */
export function openKubectl(
  invocation: { text(name: ClusterOptions): string | undefined },
  context: Context,
  host: Host = liveHost(),
): Kubectl {
  const options = (['context', 'kubeconfig'] as const).flatMap((name) => {
    const value = invocation.text(name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  const env = Object.fromEntries(
    Object.entries(context.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const run = async (args: readonly string[], readOnly: boolean) => {
    const { stdout } = await host.run('kubectl', [...args, ...options], {
      env,
      timeout: TIMEOUT_MS,
      readOnly,
    });
    return stdout;
  };
  const get = async <Value>(...args: readonly string[]) =>
    JSON.parse(await run(['get', ...args, '--output=json'], true)) as Value;
  return {
    get: (kind, name) => get(kind, name),
    async list<Value>(kind: string, more: readonly string[] = []) {
      return (await get<{ items: readonly Value[] }>(kind, ...more)).items;
    },
    async listTogether(kinds) {
      return (await get<{ items: readonly KubernetesObject[] }>(kinds.join(','))).items;
    },
    async patchSpec(kind, name, spec) {
      await run(['patch', kind, name, '--type=merge', `--patch=${JSON.stringify({ spec })}`], false);
    },
  };
}
