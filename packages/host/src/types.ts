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
  /** Permission bits. Default: those of the replaced file, else 0o644. */
  mode?: number;
  /** Default: the owner of the replaced file, else of the process (root). */
  owner?: Owner;
  /** Mode of parent directories that are created. Default 0o755. */
  directoryMode?: number;
  /**
   * Overwrites the blocks of an existing file of the same size instead of replacing the file. For
   * readers that ignore the journal of the file system, such as boot loaders. Atomic only as far as
   * the disk writes at once. Default false.
   */
  inPlace?: boolean;
  /**
   * Writes to the file itself, with one write(2), and also if it has this content. For variables of
   * the firmware in efivarfs, where a write is a call of the firmware, which may keep other bytes.
   * Creates the file if needed; never shortens it. Not atomic on a disk. Default false.
   */
  atOnce?: boolean;
  /**
   * The content is confidential: operations and plans record that it changes, never the content.
   */
  secret?: boolean;
}

export interface StreamOptions {
  /** Called repeatedly with the number of bytes done so far. */
  onProgress?: (bytes: number) => void;
  /** Aborts the operation, which then throws the reason of the signal. */
  signal?: AbortSignal;
}

export interface CopyOptions extends StreamOptions {
  /** Permission bits. Default: those of the source. */
  mode?: number;
  /** Default: the owner of the source. */
  owner?: Owner;
}

/** The content of a copy, as read from the source. */
export interface Copied {
  /** Bytes. */
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/**
 * Files of the target system. Every path is absolute and normalised in the target. Symbolic links
 * are resolved inside the root of the target, so nothing escapes it. The methods are synchronous on
 * purpose: the files are small and their order matters (docs/decisions.md). Methods that read or
 * copy large files are asynchronous. Every write is idempotent and returns whether it changed
 * anything; each change is recorded as an Operation.
 *
 * All methods throw HaosError with a HAOS_FILE_* code.
 */
export interface HostFiles {
  /**
   * False if owners are neither set nor compared: a directory tree, and the process is not root.
   */
  readonly keepsOwners: boolean;
  /** Returns the bytes of a file. Default limit 64 MiB (HAOS_FILE_TOO_LARGE). */
  read(path: string, options?: { maxBytes?: number }): Uint8Array;
  /** Like `read`, as UTF-8. */
  readText(path: string, options?: { maxBytes?: number }): string;
  /** Like `readText`; returns undefined if the file does not exist or the link is dangling. */
  readTextIfExists(path: string, options?: { maxBytes?: number }): string | undefined;
  /** Returns the first `length` bytes of a file of any size, or fewer if it is shorter. */
  head(path: string, length: number): Uint8Array;
  /**
   * Returns `length` bytes at `offset` of a file or block device of any size, or fewer at its end.
   */
  readAt(path: string, range: { offset: number; length: number }): Uint8Array;
  /** Returns the SHA-256 digest of a file of any size, in lower-case hex. */
  digest(path: string, options?: StreamOptions): Promise<string>;
  /** Returns the free bytes of the file system that contains this directory. */
  freeSpace(path: string): number;
  /** Returns the status of a path after following links; undefined if it does not exist. */
  stat(path: string): FileStat | undefined;
  /**
   * Returns the status of a path without following its last link; undefined if it does not exist.
   */
  lstat(path: string): FileStat | undefined;
  /** Returns the names in a directory, in byte order. */
  list(path: string): string[];
  /** Returns the target of a link, as written. */
  readLink(path: string): string;
  /**
   * Replaces the whole file, atomically and durably (temporary file in the same directory, fsync,
   * mode and owner, rename, fsync of the directory). Creates missing parent directories. Replaces a
   * link at `path` instead of following it. A directory at `path` is an error. If only mode or
   * owner differ, changes only these.
   */
  write(path: string, content: Uint8Array | string, options?: WriteFileOptions): boolean;
  /**
   * Creates a directory, by default with mode 0o755, and its missing parents with 0o755 and the
   * owner of the process. If the directory exists, it gets the given mode and owner.
   */
  makeDirectory(path: string, options?: { mode?: number; owner?: Owner }): boolean;
  /** Makes `path` a link to `target` and atomically replaces a file or link there. */
  link(path: string, target: string): boolean;
  /**
   * Copies a regular file of any size, atomically and durably like `write`; follows links at
   * `from`. Asynchronous, because it takes long. To verify the copy, compare `digest(to)` with the
   * result.
   */
  copy(from: string, to: string, options?: CopyOptions): Promise<Copied>;
  /**
   * Renames a file, link or directory within one file system, atomically and durably. Replaces an
   * existing entry at `to` only if both are files or links.
   */
  move(from: string, to: string): void;
  /** Removes a file, a link or a whole directory. It is not an error if nothing is there. */
  remove(path: string): boolean;
  /** Sets mode and owner of an existing file or directory. */
  setAttributes(path: string, attributes: { mode?: number; owner?: Owner }): boolean;
}

export interface RunOptions {
  /** Written to standard input, which is empty by default. Pass secrets here. */
  input?: string | Uint8Array;
  /** The environment of the child in addition to PATH, HOME and LANG. It inherits nothing else. */
  env?: Readonly<Record<string, string>>;
  /** Working directory in the target. Default `/`. */
  cwd?: string;
  /** Milliseconds; default 60,000. 0 means no limit. */
  timeout?: number;
  /** Exit statuses that are not failures. Default [0]. */
  accept?: readonly number[];
  /** Called with each line of standard output and error while the command runs. */
  onLine?: (line: string) => void;
  /** Open file descriptors that the child gets as descriptors 3, 4, ... */
  inherit?: readonly number[];
  /** Recorded instead of arguments that a journal must not contain, such as `run_cmd[0]`. */
  label?: string;
  /**
   * Whether the command only reads. It is then not an operation, and a plan may run it. Default
   * false.
   */
  readOnly?: boolean;
}

/** Output is UTF-8 without its final newline. */
export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** True if the command did not run, because the host only plans or is not a running system. */
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
  /** Ends the attempts and the pauses between them. The reason of the signal becomes the cause. */
  signal?: AbortSignal;
  /**
   * Retries, with exponential backoff; default 4. Only for transient errors: network, 408, 425,
   * 429, 5xx.
   */
  retries?: number;
  /** Not used for loopback and link-local addresses. */
  proxy?: ProxySettings;
  /** Lower-case hex; a mismatch is HAOS_HTTP_CHECKSUM. */
  sha256?: string;
  /** Whether to reject a redirect to another origin (HAOS_HTTP_FAILED). Default false. */
  sameOrigin?: boolean;
  /**
   * The first and last local port to connect from. The first free one is used, or any port if this
   * process may not use them.
   */
  localPorts?: readonly [first: number, last: number];
}

export interface DownloadOptions {
  /** The maximum size in bytes (HAOS_HTTP_TOO_LARGE). Default: no limit. */
  maxBytes?: number;
  /** Milliseconds to connect, to the first byte, and between two bytes; default 30,000. */
  timeout?: number;
  /** Milliseconds to connect, if that needs a shorter limit; default `timeout`. */
  connectTimeout?: number;
  /** Consecutive retries without progress; default 5. */
  retries?: number;
  /**
   * If the download fails, keeps the received part as `<path>.part`; the next call continues from
   * it. Requires `sha256`, which proves that the parts belong together. Default false.
   */
  keepPart?: boolean;
  /** Not used for loopback and link-local addresses. */
  proxy?: ProxySettings;
  /** Lower-case hex; a mismatch is HAOS_HTTP_CHECKSUM. */
  sha256?: string;
  /** Called repeatedly with the bytes done so far, and with the total if the server sends it. */
  onProgress?: (bytes: number, total: number | undefined) => void;
  /** Aborts the operation, which then throws the reason of the signal. */
  signal?: AbortSignal;
}

export interface FetchResult {
  status: number;
  /** By name in lower case. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** Operations that need the running kernel. A rooted host defers them; a plan host plans them. */
export interface HostKernel {
  /** Returns the host name of the running kernel; undefined if the system is not running. */
  hostname(): string | undefined;
  /** Sets the running kernel's host name (HAOS_KERNEL_HOSTNAME). */
  setHostname(name: string): boolean;
  /**
   * Returns a value from /proc/sys, with the white space of the kernel; undefined if the key does
   * not exist.
   */
  sysctl(key: string): string | undefined;
  /**
   * Writes /proc/sys directly. The key has dots or slashes, as in sysctl.conf(5)
   * (HAOS_KERNEL_SYSCTL).
   */
  setSysctl(key: string, value: string): boolean;
  /** Returns whether a module is loaded or built in; false if the system is not running. */
  hasModule(name: string): boolean;
  /** Loads a module with modprobe (HAOS_KERNEL_MODULE). */
  loadModule(name: string, parameters: readonly string[]): Promise<boolean>;
}

export interface HostClock {
  /** Returns the milliseconds since the epoch. */
  now(): number;
  /** Waits; rejects with the reason of the signal if it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * `live` is the running machine. `rooted` runs the same code on a directory tree and defers what
 * needs the running kernel. `plan` changes nothing and records what it would do.
 */
export type HostKind = 'live' | 'rooted' | 'plan';

/** The only access to the machine. */
export interface Host {
  readonly kind: HostKind;
  readonly files: HostFiles;
  readonly kernel: HostKernel;
  readonly clock: HostClock;
  /** Every effect so far, in order. */
  readonly operations: readonly Operation[];
  /** Prints a debug line in the namespace `haos:<area>`; shown with DEBUG=haos:*. */
  log(area: string, message: string): void;
  /**
   * Runs a program with an argument vector, never through a shell
   * (HAOS_COMMAND_NOT_FOUND, HAOS_COMMAND_FAILED, HAOS_COMMAND_TIMEOUT).
   */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * Fetches a document; only statuses 200 and 204 are success (HAOS_HTTP_*). A link-local address
   * may include its interface: `http://[fe80::1%25eth0]/` (RFC 6874). Messages never contain
   * credentials from the URL. A plan host throws HAOS_HTTP_FAILED, so planning code must not fetch.
   */
  fetch(url: string, options?: FetchOptions): Promise<FetchResult>;
  /**
   * Downloads a file of any size to a path whose directory exists, atomically, with mode 0o600.
   * Resumes a broken transfer if the server supports it (RFC 9110, 13.1.5 and 14), else starts
   * again. HAOS_HTTP_* and HAOS_FILE_*. Undefined in a plan and in a directory tree, which do not
   * download.
   */
  download?(url: string, path: string, options?: DownloadOptions): Promise<Copied>;
  /**
   * Takes the lock of a file and resolves to a function that releases it; the kernel releases it if
   * the process dies. Throws HAOS_LOCKED if another process holds the lock. Undefined if the host
   * needs no locks; use `withLock`.
   */
  lock?(path: string): Promise<() => void>;
}

/** Paths in operations are the real ones: links in their directories are followed. */
interface OperationBase {
  /** `deferred`: the operation needs the running kernel, and the host is a directory tree. */
  status: 'done' | 'planned' | 'deferred';
}

/** A file that is created or replaced. Contents are omitted if the change is secret. */
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
  /** Undefined if secret, if it is a link or other special file, or if larger than 1 MiB. */
  content: Uint8Array | undefined;
}

/** One effect on the machine, as a value. Plans, journals and tests consist of these. */
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
