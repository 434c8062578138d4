/** A flag that k3s had once. */
export interface RemovedK3sFlag {
  /** What to write now, as one sentence. */
  readonly hint: string;
  /**
   * The flag that means the same, with its value when the old one had none; undefined: there is
   * none.
   */
  readonly now?: string;
  /** It can go without anything in its place. */
  readonly needless?: true;
  readonly takesValue: boolean;
}

function renamed(now: string, takesValue = true): RemovedK3sFlag {
  return { hint: `Write --${now} instead.`, now, takesValue };
}

/**
 * Flags that k3s releases before the pinned one had, with their replacements. From the help of
 * those releases, which called them deprecated before they were removed (k3s 1.0 to 1.26).
 */
export const REMOVED_K3S_FLAGS: ReadonlyMap<string, RemovedK3sFlag> = new Map([
  ['cluster-secret', { hint: 'Set haos.token instead.', now: 'token', takesValue: true }],
  [
    'disable-selinux',
    { hint: 'Remove it: SELinux is off unless --selinux is given.', needless: true, takesValue: false },
  ],
  [
    'http-listen-port',
    { hint: 'Remove it: k3s listens on --https-listen-port only.', needless: true, takesValue: true },
  ],
  ['no-deploy', renamed('disable')],
  ['no-flannel', renamed('flannel-backend=none', false)],
  ['storage-backend', { hint: 'Write --datastore-endpoint instead.', takesValue: true }],
  ['storage-cafile', renamed('datastore-cafile')],
  ['storage-certfile', renamed('datastore-certfile')],
  ['storage-endpoint', renamed('datastore-endpoint')],
  ['storage-keyfile', renamed('datastore-keyfile')],
]);

/** Values of `--flannel-backend` that k3s rejects since 1.26 and 1.27. */
export const REMOVED_FLANNEL_BACKENDS: readonly string[] = ['ipsec', 'wireguard'];

/** The back end that encrypts, as those did. */
export const ENCRYPTED_BACKEND = 'wireguard-native';
