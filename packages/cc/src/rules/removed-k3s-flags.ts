/**
 * Flags that k3s releases before the pinned one had, with their replacements. From the help of
 * those releases, which called them deprecated before they were removed (k3s 1.0 to 1.26).
 */
export const REMOVED_K3S_FLAGS: ReadonlyMap<string, string> = new Map([
  ['cluster-secret', 'Set haos.token instead.'],
  ['disable-selinux', 'Remove it: SELinux is off unless --selinux is given.'],
  ['http-listen-port', 'Remove it: k3s listens on --https-listen-port only.'],
  ['no-deploy', 'Write --disable instead.'],
  ['no-flannel', 'Write --flannel-backend=none instead.'],
  ['storage-backend', 'Write --datastore-endpoint instead.'],
  ['storage-cafile', 'Write --datastore-cafile instead.'],
  ['storage-certfile', 'Write --datastore-certfile instead.'],
  ['storage-endpoint', 'Write --datastore-endpoint instead.'],
  ['storage-keyfile', 'Write --datastore-keyfile instead.'],
]);

/** Values of `--flannel-backend` that k3s rejects since 1.26 and 1.27. */
export const REMOVED_FLANNEL_BACKENDS: readonly string[] = ['ipsec', 'wireguard'];
