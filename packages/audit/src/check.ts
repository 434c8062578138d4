/** Groups of checks, in the order of docs/security.md. */
export const AREAS = [
  'kernel',
  'mounts',
  'modules',
  'accounts',
  'ssh',
  'files',
  'services',
  'network',
  'trust',
  'kubernetes',
] as const;
export type Area = (typeof AREAS)[number];

/**
 * What a failure allows: `high`: others get in; `medium`: they get further; `low`: less is noticed.
 */
export type Severity = 'high' | 'medium' | 'low';

/**
 * The value of `haos.hardening`. Checks of level `strict` are skipped on a node that is `standard`.
 */
export type HardeningLevel = 'standard' | 'strict';

/** One thing that an audit looks at. Everything about it is data. */
export interface Check {
  /** Stable; its area comes first, such as `kernel.kptr_restrict`. */
  readonly id: string;
  /** One line, without a full stop. */
  readonly title: string;
  /** What the expected value prevents. One or two sentences. */
  readonly why: string;
  /** The document that asks for it. */
  readonly source: Source;
  readonly severity: Severity;
  readonly level: HardeningLevel;
  readonly look: Look;
  /** What to do if it fails, if that is not to remove the setting which differs. */
  readonly hint?: string;
}

/**
 * Where a check comes from. `haos`: from the design of HAOS; `docs/security.md` links to the
 * others.
 */
export type Source = 'kernel' | 'kspp' | 'cis-linux' | 'cis-k3s' | 'k3s' | 'openssh' | 'lynis' | 'haos';

/** How a check looks, and what it expects. */
export type Look =
  | SysctlLook
  | MountLook
  | ModulesLook
  | AccountLook
  | SshdLook
  | ModeLook
  | ListLook
  | ServiceLook
  | PrivilegesLook
  | TextLook
  | MachineLook
  | ArgumentLook
  | SettingLook;

/** A kernel setting. */
export interface SysctlLook {
  readonly kind: 'sysctl';
  readonly key: string;
  /** The accepted values; the image sets the first one. */
  readonly accepted: readonly [string, ...string[]];
}

/** The options of a mount. */
export interface MountLook {
  readonly kind: 'mount';
  readonly path: string;
  readonly options: readonly string[];
  /** Why it may be missing. */
  readonly optional?: string;
}

/** Modules that must not load when something merely asks for them. */
export interface ModulesLook {
  readonly kind: 'modules';
  readonly names: readonly string[];
}

export interface AccountLook {
  readonly kind: 'account';
  readonly rule: 'one-root' | 'root-locked' | 'no-empty-password' | 'service-shells' | 'strong-hashes';
}

/** An effective setting of sshd. */
export interface SshdLook {
  readonly kind: 'sshd';
  /** As sshd_config(5) spells it. */
  readonly option: string;
  /** The accepted values, a highest number, or the only words that the list may have. */
  readonly accepted?: readonly string[];
  readonly atMost?: number;
  readonly only?: readonly string[];
}

/** Files that may have no more permissions than these, and belong to root. */
export interface ModeLook {
  readonly kind: 'mode';
  /** Paths; the last part may have `*`. Paths that do not exist are left out. */
  readonly paths: readonly string[];
  /** Permission bits. */
  readonly mode: number;
}

/** Things that are only accepted if a list justifies them (`justified.ts`). */
export interface ListLook {
  readonly kind: 'list';
  readonly of: 'setuid' | 'world-writable' | 'sockets';
}

/** A service of OpenRC that runs. */
export interface ServiceLook {
  readonly kind: 'service';
  readonly name: string;
}

/** The rights of the processes of a service: at most these. */
export interface PrivilegesLook {
  readonly kind: 'privileges';
  /** The program, without its directory. */
  readonly program: string;
  readonly user: string;
  /** Without `CAP_`. */
  readonly capabilities: readonly string[];
  /** Capabilities that it may have in some cases, and in which. */
  readonly sometimes?: Readonly<Record<string, string>>;
  readonly noNewPrivileges?: true;
}

/** The text of a file, or of a line in it. */
export interface TextLook {
  readonly kind: 'text';
  readonly path: string;
  /** A regular expression in mode `m`; its first group is the value. */
  readonly pattern: string;
  readonly accepted: readonly string[];
  /** Only a running kernel has the file. */
  readonly needsKernel?: true;
  /** Why the check does not apply if the file does not exist; undefined: it fails. */
  readonly absent?: string;
}

export interface MachineLook {
  readonly kind: 'machine';
  readonly fact: 'secure-boot' | 'verified-root' | 'encrypted-data';
}

/** An argument with which k3s started a part of Kubernetes, from its log. */
export interface ArgumentLook {
  readonly kind: 'argument';
  readonly of: 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet' | 'kube-proxy';
  readonly name: string;
  /** The accepted values. */
  readonly accepted?: readonly string[];
  /** Words that its list must have, or must not have. */
  readonly has?: string;
  readonly lacks?: string;
  /** Its default does what is asked for, so that it need not be set. */
  readonly default?: true;
  /** It must not be set at all. */
  readonly unset?: true;
}

/** A setting in a file that k3s writes for a part of Kubernetes. */
export interface SettingLook extends Omit<ArgumentLook, 'kind' | 'of'> {
  readonly kind: 'setting';
  readonly of: 'kubelet' | 'etcd';
  /** The argument that has precedence over the file. */
  readonly argument?: string;
}

/** What one check found. */
export interface Result {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly level: HardeningLevel;
  readonly status: 'pass' | 'fail' | 'skip';
  /** What was found; for `skip`: why nothing was looked at. */
  readonly found: string;
  readonly expected: string;
  /** Where the value comes from, such as `/etc/sysctl.d/90-own.conf:3`; undefined if not known. */
  readonly from: string | undefined;
  /** For `fail`: what to do. */
  readonly hint: string | undefined;
}

/** The part of a result that looking gives. */
export type Finding = Pick<Result, 'status' | 'found'> & { readonly from?: string | undefined };
