import type { Host } from '@haos/host';
import { CORE_SCHEMA, load } from 'js-yaml/browser';
import { configFiles, type Setting } from './settings.js';

/**
 * The parts of Kubernetes that read files which k3s writes. The kubelet reads a directory, in the
 * order of the names (`pkg/daemons/agent` of k3s), and etcd one file (`pkg/etcd`).
 */
export const K3S_FILES = {
  kubelet: '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d',
  etcd: '/var/lib/rancher/k3s/server/db/etcd/config',
} as const;

/** By the name of the setting, such as `authorization.mode`. */
type Settings = ReadonlyMap<string, Setting>;

/** By the name of the part. An error: its files cannot be read. */
export type K3sFiles = ReadonlyMap<keyof typeof K3S_FILES, Settings | Error>;

/** Reads those files; a part that has none is left out. A later file has precedence. */
export function readK3sFiles(host: Host): K3sFiles {
  const hasEtcd = host.files.stat(K3S_FILES.etcd) !== undefined;
  const parts = [
    ['kubelet', configFiles(host, K3S_FILES.kubelet)],
    ['etcd', hasEtcd ? [K3S_FILES.etcd] : []],
  ] as const;
  return new Map(
    parts.filter(([, paths]) => paths.length > 0).map(([part, paths]) => [part, readPart(host, paths)]),
  );
}

function readPart(host: Host, paths: readonly string[]): Settings | Error {
  try {
    return new Map(paths.flatMap((path) => readFile(host, path)).map((setting) => [setting.name, setting]));
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function readFile({ files }: Host, path: string): Setting[] {
  const document = load(files.readText(path), { schema: CORE_SCHEMA, filename: path });
  return flatten(document).map(([name, value]) => ({ name, value, from: path }));
}

/** Joins the keys with dots, and the items of a list with commas. */
function flatten(value: unknown, name = ''): [name: string, value: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, name === '' ? key : `${name}.${key}`),
  );
}
