import type { Host } from '@haos/host';

/** HAOS starts k3s with its output here. */
const LOG = '/var/log/k3s-service.log';

/** The log may have 50 MB, and k3s prints the arguments in its first minute. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The arguments of the parts of Kubernetes that k3s started last. */
export interface K3sArguments {
  /** By the name of the part, such as `kubelet`, then by that of the argument. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly from: string;
}

/** Reads the lines `Running kube-apiserver --a=b ...` in the log of k3s; the last one counts. */
export function readK3sArguments({ files }: Host): K3sArguments {
  const text =
    files.stat(LOG) === undefined ? '' : new TextDecoder().decode(files.read(LOG, { maxBytes: MAX_BYTES }));
  const lines = text.matchAll(/msg="Running ([\w-]+) ((?:--|-)[^\n]*)"/g);
  return {
    parts: new Map([...lines].map(([, part = '', words = '']) => [part, parseArguments(words)])),
    from: LOG,
  };
}

function parseArguments(words: string): Map<string, string> {
  const found = words.matchAll(/--?([\w-]+)=((?:[^\s\\]|\\.)*)/g);
  return new Map([...found].map(([, name = '', value = '']) => [name, value.replaceAll('\\"', '')]));
}
