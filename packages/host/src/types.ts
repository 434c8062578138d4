/** The numeric owner of a file. */
export interface Owner {
  uid: number;
  gid: number;
}

export type FileType = 'file' | 'directory' | 'symlink' | 'other';

export interface FileStat extends Owner {
  type: FileType;
  /** Permission bits only, such as 0o644. */
  mode: number;
  /** Bytes. */
  size: number;
}

export interface WriteFileOptions {
  /** Permission bits. Default: those of the file that is replaced, else 0o644. */
  mode?: number;
  /** Default: that of the file that is replaced, else the process's own (root). */
  owner?: Owner;
  /** Mode of parent directories that have to be made. Default 0o755. */
  directoryMode?: number;
  /**
   * Overwrites the blocks of an existing file of the same size instead of replacing the file: for what is read without the file
   * system's journal, as boot loaders do. Not atomic beyond what the disk writes at once. Default false.
   */
  inPlace?: boolean;
  /** The content is confidential: operations and plans say that it changes, never what it is. */
  secret?: boolean;
}

export interface StreamOptions {
  /** Called while it goes on, with the bytes done so far. */
  onProgress?: (bytes: number) => void;
  /** Ends it; its reason is thrown as it is. */
  signal?: AbortSignal;
}

export interface CopyOptions extends StreamOptions {
  /** Permission bits. Default: those of the source. */
  mode?: number;
  /** Default: that of the source. */
  owner?: Owner;
}

/** What a copy holds, as it was read from the source. */
export interface Copied {
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/**
 * Files of the target system. Every path is absolute and normalised in the target; symbolic links are
 * resolved inside the target's root, so nothing escapes it. It is synchronous on purpose: the files are
 * small and their order matters (docs/decisions.md); what reads or copies large ones is not. Every write is idempotent and says whether it changed
 * anything; a change is recorded as an Operation.
 *
 * All methods throw HaosError with a HAOS_FILE_* code.
 */
export interface HostFiles {
  /** False where owners are neither set nor compared: a directory tree handled by a process that is not root. */
  readonly keepsOwners: boolean;
  /** The file's bytes. Default limit 64 MiB (HAOS_FILE_TOO_LARGE). */
  read(path: string, options?: { maxBytes?: number }): Uint8Array;
  /** Like `read`, as UTF-8. */
  readText(path: string, options?: { maxBytes?: number }): string;
  /** Like `readText`; undefined when the file does not exist (a dangling link too). */
  readTextIfExists(path: string, options?: { maxBytes?: number }): string | undefined;
  /** The first `length` bytes of a file of any size; fewer when it is shorter. */
  head(path: string, length: number): Uint8Array;
  /** `length` bytes at `offset` of a file or block device of any size; fewer where it ends. */
  readAt(path: string, range: { offset: number; length: number }): Uint8Array;
  /** The SHA-256 digest of a file of any size, in lower-case hex. */
  digest(path: string, options?: StreamOptions): Promise<string>;
  /** Bytes that can still be written to the file system that holds this directory. */
  freeSpace(path: string): number;
  /** Status of what the path leads to, links followed; undefined when there is nothing. */
  stat(path: string): FileStat | undefined;
  /** Status of the path itself, its last link not followed; undefined when there is nothing. */
  lstat(path: string): FileStat | undefined;
  /** Names in a directory, in byte order. */
  list(path: string): string[];
  /** Where a link points, as written. */
  readLink(path: string): string;
  /**
   * Replaces the file as a whole, atomically and durably (temporary file in the same directory, fsync,
   * mode and owner, rename, fsync of the directory). Makes missing parent directories. A link at `path`
   * itself is replaced, not followed. A directory at `path` is an error. Unchanged content with other mode
   * or owner changes only these.
   */
  write(path: string, content: Uint8Array | string, options?: WriteFileOptions): boolean;
  /**
   * Makes a directory, by default with mode 0o755, and its missing parents with 0o755 and the process's owner;
   * an existing one gets the mode and owner given.
   */
  makeDirectory(path: string, options?: { mode?: number; owner?: Owner }): boolean;
  /** Makes `path` a link to `target`, replacing a file or link there atomically. */
  link(path: string, target: string): boolean;
  /**
   * Copies a regular file of any size, atomically and durably like `write`; links at `from` are followed. Not synchronous,
   * because it takes long. Whoever needs proof compares `digest(to)` with what is returned.
   */
  copy(from: string, to: string, options?: CopyOptions): Promise<Copied>;
  /**
   * Gives a file, link or directory another name on the same file system, atomically and durably. What has that name already
   * is replaced only when it is a file or link, and `from` is none but that, too.
   */
  move(from: string, to: string): void;
  /** Removes a file, a link or a whole directory; nothing there is no error. */
  remove(path: string): boolean;
  /** Sets mode and owner of an existing file or directory. */
  setAttributes(path: string, attributes: { mode?: number; owner?: Owner }): boolean;
}

export interface RunOptions {
  /** Written to standard input, which is otherwise empty. The place for secrets. */
  input?: string | Uint8Array;
  /** The complete environment of the child besides PATH, HOME and LANG. Nothing else is inherited. */
  env?: Readonly<Record<string, string>>;
  /** Working directory in the target. Default `/`. */
  cwd?: string;
  /** Milliseconds; default 60,000. 0 means none. */
  timeout?: number;
  /** Exit statuses that are no failure. Default [0]. */
  accept?: readonly number[];
  /** Called with each line of standard output and error while the command runs. */
  onLine?: (line: string) => void;
  /** Open file descriptors handed on as descriptors 3, 4, ... of the child. */
  inherit?: readonly number[];
  /** Recorded instead of the arguments, where these may hold what a journal must not: `run_cmd[0]`. */
  label?: string;
  /** Whether the command only looks: such a command is no operation, and a plan may run it. Default false. */
  readOnly?: boolean;
}

/** Output is UTF-8 without its final newline. */
export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** True when the command did not run, because the host only plans or is no running system. */
  deferred: boolean;
}

export interface ProxySettings {
  http?: string;
  https?: string;
  /** As in `no_proxy`: host names and domain suffixes, comma separated. */
  no?: string;
}

export interface FetchOptions {
  method?: 'GET' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  /** Bytes; default 10 MiB (HAOS_HTTP_TOO_LARGE). */
  maxBytes?: number;
  /** Milliseconds for one attempt; default 10,000. */
  timeout?: number;
  /** Ends the attempts and the waiting between them; its reason becomes the cause. */
  signal?: AbortSignal;
  /** Attempts after the first, with exponential backoff; default 4. Only for faults that may pass: network, 408, 425, 429, 5xx. */
  retries?: number;
  /** Never used for loopback and link-local addresses. */
  proxy?: ProxySettings;
  /** Lower-case hex; a mismatch is HAOS_HTTP_CHECKSUM. */
  sha256?: string;
  /** Whether a redirect to another origin is refused (HAOS_HTTP_FAILED). Default false. */
  sameOrigin?: boolean;
  /** Ports of this machine to ask from, first and last; the first free one is taken, or any where this process may not use them. */
  localPorts?: readonly [first: number, last: number];
}

export interface DownloadOptions {
  /** Bytes that there is room for; default: no limit (HAOS_HTTP_TOO_LARGE). */
  maxBytes?: number;
  /** Milliseconds to connect, to the first byte, and between two bytes; default 30,000. */
  timeout?: number;
  /** Milliseconds to connect, where that may take less; default `timeout`. */
  connectTimeout?: number;
  /** Attempts in a row that bring nothing new, after the first; default 5. */
  retries?: number;
  /**
   * Keeps what has arrived when the download fails, as `<path>.part`, and continues from it in the next call. `sha256` must be
   * given: it proves that the parts belong together. Default false.
   */
  keepPart?: boolean;
  /** Never used for loopback and link-local addresses. */
  proxy?: ProxySettings;
  /** Lower-case hex; a mismatch is HAOS_HTTP_CHECKSUM. */
  sha256?: string;
  /** Called while it goes on, with the bytes done so far and all of them, where the server tells. */
  onProgress?: (bytes: number, total: number | undefined) => void;
  /** Ends it; its reason is thrown as it is. */
  signal?: AbortSignal;
}

export interface FetchResult {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** What only the running kernel can do. A rooted host defers these, a plan host plans them. */
export interface HostKernel {
  /** The running kernel's host name; undefined where there is no running system. */
  hostname(): string | undefined;
  /** Sets the running kernel's host name (HAOS_KERNEL_HOSTNAME). */
  setHostname(name: string): boolean;
  /** A value from /proc/sys, white space as the kernel writes it; undefined when there is no such key. */
  sysctl(key: string): string | undefined;
  /** Writes /proc/sys directly; the key as in sysctl.conf(5), dots or slashes (HAOS_KERNEL_SYSCTL). */
  setSysctl(key: string, value: string): boolean;
  /** Whether a module is loaded or built in; false where there is no running system. */
  hasModule(name: string): boolean;
  /** Loads a module with modprobe (HAOS_KERNEL_MODULE). */
  loadModule(name: string, parameters: readonly string[]): Promise<boolean>;
}

export interface HostClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits; rejects with the signal's reason when that aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * `live` is the running machine, `rooted` the same code against a directory tree (what needs this kernel is
 * deferred), `plan` does nothing and remembers what would have been done.
 */
export type HostKind = 'live' | 'rooted' | 'plan';

/** The only door to the machine. */
export interface Host {
  readonly kind: HostKind;
  readonly files: HostFiles;
  readonly kernel: HostKernel;
  readonly clock: HostClock;
  /** Every effect so far, in order. */
  readonly operations: readonly Operation[];
  /** A debug line under the namespace `haos:<area>`; shown with DEBUG=haos:*. */
  log(area: string, message: string): void;
  /**
   * Runs a program with an argument vector, never through a shell
   * (HAOS_COMMAND_NOT_FOUND, HAOS_COMMAND_FAILED, HAOS_COMMAND_TIMEOUT).
   */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * GETs a document; only status 200 and 204 are success (HAOS_HTTP_*). A link-local address may name its interface:
   * `http://[fe80::1%25eth0]/` (RFC 6874). Credentials in the URL never enter a
   * message. A plan host does not fetch: it throws HAOS_HTTP_FAILED, so planning code must not ask.
   */
  fetch(url: string, options?: FetchOptions): Promise<FetchResult>;
  /**
   * Downloads a file of any size to a path whose directory exists, atomically, with mode 0o600. What breaks off goes on where it
   * was, if the server can (RFC 9110, 13.1.5 and 14), else from the beginning. HAOS_HTTP_* and HAOS_FILE_*. Missing where
   * nothing is downloaded: in a plan, in a directory tree.
   */
  download?(url: string, path: string, options?: DownloadOptions): Promise<Copied>;
  /**
   * Takes the lock of a file and resolves to the function that releases it; the kernel does when the process dies.
   * HAOS_LOCKED when another process has it. Missing where there is nothing to guard; use `withLock`.
   */
  lock?(path: string): Promise<() => void>;
}

/** Paths in operations are where things really are: links in their directories are followed. */
interface OperationBase {
  /** `deferred`: it needs the running kernel and the host is a directory tree. */
  status: 'done' | 'planned' | 'deferred';
}

/** A file that is made or replaced; contents are left out when the change is secret. */
export interface WriteFileOperation extends OperationBase {
  kind: 'write-file';
  path: string;
  /** Undefined: the file is new. */
  before: FileSnapshot | undefined;
  after: FileSnapshot;
  secret: boolean;
}

export interface FileSnapshot extends Owner {
  mode: number;
  size: number;
  /** Undefined when secret, when it is a link or other special file, or above 1 MiB. */
  content: Uint8Array | undefined;
}

/** One effect on the machine, as a value: what plans, journals and tests are made of. */
export type Operation =
  | WriteFileOperation
  | (OperationBase & { kind: 'make-directory'; path: string; mode: number; owner: Owner })
  | (OperationBase & { kind: 'link'; path: string; target: string; before: string | undefined })
  | (OperationBase & { kind: 'move'; path: string; from: string })
  | (OperationBase & { kind: 'remove'; path: string; secret: boolean })
  | (OperationBase & { kind: 'set-attributes'; path: string; mode: number; owner: Owner })
  | (OperationBase & { kind: 'set-hostname'; name: string; before: string | undefined })
  | (OperationBase & { kind: 'set-sysctl'; key: string; value: string; before: string | undefined })
  | (OperationBase & { kind: 'load-module'; name: string; parameters: readonly string[] })
  | (OperationBase & { kind: 'run'; command: string; args: readonly string[]; label: string | undefined })
  | (OperationBase & { kind: 'fetch'; url: string });

type WithoutStatus<T> = T extends unknown ? Omit<T, 'status'> : never;

/** An operation before its host says whether it was done, planned or deferred. */
export type Effect = WithoutStatus<Operation>;
