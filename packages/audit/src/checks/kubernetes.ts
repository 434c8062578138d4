import type { ArgumentLook, Check, HardeningLevel, Look } from '../check.js';

type Rule = Pick<Check, 'title' | 'why' | 'severity'> & { level?: HardeningLevel; hint?: string };

/**
 * `number` is that of the CIS Kubernetes Benchmark 1.9; those that k3s does not have are left out.
 */
function cis(number: string, look: Look, { level = 'standard', ...rule }: Rule): Check {
  return { id: `kubernetes.${number}`, source: 'cis-k3s', level, ...rule, look };
}

function mode(paths: readonly string[], bits: number): Look {
  return { kind: 'mode', paths, mode: bits };
}

type Argument = Omit<ArgumentLook, 'kind' | 'of' | 'name'>;

function argument(of: ArgumentLook['of'], name: string, expected: Argument = {}): Look {
  return { kind: 'argument', of, name, ...expected };
}

function server(name: string, expected?: Argument): Look {
  return argument('kube-apiserver', name, expected);
}

/** `flag` is the argument of the kubelet for the same setting. */
function kubelet(name: string, flag: string, expected: Argument = {}): Look {
  return { kind: 'setting', of: 'kubelet', name, argument: flag, ...expected };
}

function etcd(name: string, expected: Argument = {}): Look {
  return { kind: 'setting', of: 'etcd', name, ...expected };
}

const CONTROLLERS = 'kube-controller-manager';
const SERVER = '/var/lib/rancher/k3s/server';
const AGENT = '/var/lib/rancher/k3s/agent';
const PATH = 'It contains a key that controls the cluster, or a part of it.';
const ARGUMENT = 'Set it in haos.k3s_args, such as';

/**
 * The CIS Kubernetes Benchmark as far as it can be looked at on a node, in the form that it has for
 * k3s. Each check also wants that root owns the files.
 */
export const KUBERNETES_CHECKS: readonly Check[] = [
  cis('1.1.11', mode([`${SERVER}/db/etcd`], 0o700), {
    title: 'The data of etcd is for root only (1.1.11)',
    why: 'It has all secrets of the cluster.',
    severity: 'high',
  }),
  cis('1.1.13', mode([`${SERVER}/cred/admin.kubeconfig`], 0o600), {
    title: 'The access of the administrator is for root only (1.1.13, 1.1.14)',
    why: PATH,
    severity: 'high',
  }),
  cis('1.1.13-k3s', mode(['/etc/rancher/k3s/k3s.yaml'], 0o640), {
    title: 'Only root and a group have the copy for kubectl (1.1.13)',
    why: 'The group is rancher by default, which is the administrator of the node already.',
    severity: 'high',
  }),
  cis('1.1.15', mode([`${SERVER}/cred/scheduler.kubeconfig`], 0o600), {
    title: 'The access of the scheduler is for root only (1.1.15, 1.1.16)',
    why: PATH,
    severity: 'high',
  }),
  cis('1.1.17', mode([`${SERVER}/cred/controller.kubeconfig`], 0o600), {
    title: 'The access of the controller manager is for root only (1.1.17, 1.1.18)',
    why: PATH,
    severity: 'high',
  }),
  cis('1.1.20', mode([`${SERVER}/tls/*.crt`], 0o644), {
    title: 'Only root changes certificates (1.1.19, 1.1.20)',
    why: 'Another certificate would let an attacker pass for the server.',
    severity: 'medium',
  }),
  cis('1.1.21', mode([`${SERVER}/tls/*.key`, `${SERVER}/tls/etcd/*.key`], 0o600), {
    title: 'Private keys are for root only (1.1.19, 1.1.21)',
    why: PATH,
    severity: 'high',
  }),
  cis('1.2.1', server('anonymous-auth', { accepted: ['false'] }), {
    title: 'The API refuses requests without a name (1.2.1)',
    why: 'A mistake in the roles would open the cluster to all.',
    severity: 'high',
  }),
  cis('1.2.2', server('token-auth-file', { unset: true }), {
    title: 'No fixed tokens in a file (1.2.2)',
    why: 'They are never exchanged and stand in the file in clear text.',
    severity: 'high',
  }),
  cis('1.2.4', server('kubelet-client-certificate'), {
    title: 'The API identifies itself to kubelets (1.2.4)',
    why: 'A kubelet could not tell it from others.',
    severity: 'high',
  }),
  cis('1.2.5', server('kubelet-certificate-authority'), {
    title: 'The API verifies kubelets (1.2.5)',
    why: 'Another machine could pass for a node.',
    severity: 'high',
  }),
  cis('1.2.7', server('authorization-mode', { has: 'Node', lacks: 'AlwaysAllow' }), {
    title: 'A node only reads what its own pods need (1.2.6, 1.2.7)',
    why: 'One node that was taken over would show the secrets of all.',
    severity: 'high',
  }),
  cis('1.2.8', server('authorization-mode', { has: 'RBAC' }), {
    title: 'Roles decide who may do what (1.2.8)',
    why: 'Otherwise everybody who is known may do everything.',
    severity: 'high',
  }),
  cis('1.2.10', server('enable-admission-plugins', { lacks: 'AlwaysAdmit', default: true }), {
    title: 'Not every request is admitted (1.2.10)',
    why: 'No policy would have an effect.',
    severity: 'high',
  }),
  cis('1.2.12', server('disable-admission-plugins', { lacks: 'ServiceAccount', default: true }), {
    title: 'Pods have accounts of their own (1.2.12)',
    why: 'Roles could not tell pods apart.',
    severity: 'medium',
  }),
  cis('1.2.13', server('disable-admission-plugins', { lacks: 'NamespaceLifecycle', default: true }), {
    title: 'Nothing is made in a namespace that goes away (1.2.13)',
    why: 'It would be left over, unseen.',
    severity: 'low',
  }),
  cis('1.2.14', server('enable-admission-plugins', { has: 'NodeRestriction' }), {
    title: 'A node changes only itself (1.2.14)',
    why: 'One node that was taken over could attract the pods of others.',
    severity: 'high',
  }),
  cis('1.2.15', server('profiling', { accepted: ['false'] }), {
    title: 'The API does not show how it works inside (1.2.15)',
    why: 'Profiles reveal details and cost time.',
    severity: 'low',
  }),
  cis('1.2.16', server('audit-log-path'), {
    level: 'strict',
    title: 'The API logs who did what (1.2.16 to 1.2.19)',
    why: 'Without it an attack leaves no record of what was read. Costs: space and time; the policy belongs to the cluster.',
    severity: 'medium',
    hint: `${ARGUMENT} --kube-apiserver-arg=audit-log-path=/var/log/k3s-audit.log, with a policy and limits.`,
  }),
  cis('1.2.21', server('service-account-lookup', { accepted: ['true'], default: true }), {
    title: 'Tokens of deleted accounts are refused (1.2.21)',
    why: 'They would work until they expire.',
    severity: 'medium',
  }),
  cis('1.2.22', server('service-account-key-file'), {
    title: 'Accounts of pods have a key of their own (1.2.22)',
    why: 'The key of the server would sign their tokens.',
    severity: 'medium',
  }),
  cis('1.2.24', server('tls-cert-file'), {
    title: 'The API speaks TLS (1.2.24)',
    why: 'Tokens and secrets could be read in the network.',
    severity: 'high',
  }),
  cis('1.2.25', server('client-ca-file'), {
    title: 'The API verifies certificates of its clients (1.2.25)',
    why: 'Anybody could pass for anybody.',
    severity: 'high',
  }),
  cis('1.2.27', server('encryption-provider-config'), {
    level: 'strict',
    title: 'Secrets are encrypted in the database (1.2.27, 1.2.28)',
    why: 'A copy of the database shows all of them. Costs: it has to be decided when the cluster is made.',
    severity: 'medium',
    hint: `${ARGUMENT} --secrets-encryption.`,
  }),
  cis('1.2.29', server('tls-cipher-suites'), {
    title: 'The API speaks only strong ciphers (1.2.29)',
    why: 'Weak ones let a recording be decrypted.',
    severity: 'medium',
  }),
  ...([CONTROLLERS, 'kube-scheduler'] as const).flatMap((of, index) => {
    const [part, profiling, address] =
      index === 0 ? ['controller manager', '1.3.2', '1.3.7'] : ['scheduler', '1.4.1', '1.4.2'];
    return [
      cis(profiling!, argument(of, 'profiling', { accepted: ['false'] }), {
        title: `The ${part} does not show how it works inside (${profiling})`,
        why: 'Profiles reveal details and cost time.',
        severity: 'low',
      }),
      cis(address!, argument(of, 'bind-address', { accepted: ['127.0.0.1', '::1'] }), {
        title: `The ${part} listens only to this machine (${address})`,
        why: 'It has no need of connections from elsewhere.',
        severity: 'medium',
      }),
    ];
  }),
  cis('1.3.3', argument(CONTROLLERS, 'use-service-account-credentials', { accepted: ['true'] }), {
    title: 'Each controller has rights of its own (1.3.3)',
    why: 'A hole in one would have the rights of all.',
    severity: 'medium',
  }),
  cis('1.3.5', argument(CONTROLLERS, 'root-ca-file'), {
    title: 'Pods know the certificate of the API (1.3.5)',
    why: 'Another machine could pass for it.',
    severity: 'medium',
  }),
  ...(['client', 'peer'] as const).flatMap((side, index) => {
    const section = `${side}-transport-security`;
    const others = side === 'client' ? 'its clients' : 'the other servers';
    return [
      cis(`2.${1 + 3 * index}`, etcd(`${section}.cert-file`), {
        title: `etcd speaks TLS with ${others} (2.${1 + 3 * index})`,
        why: 'All secrets of the cluster could be read in the network.',
        severity: 'high',
      }),
      cis(`2.${2 + 3 * index}`, etcd(`${section}.client-cert-auth`, { accepted: ['true'] }), {
        title: `etcd verifies certificates of ${others} (2.${2 + 3 * index})`,
        why: 'Anybody in the network could read and change the cluster.',
        severity: 'high',
      }),
      cis(`2.${3 + 3 * index}`, etcd(`${section}.auto-tls`, { accepted: ['false'], default: true }), {
        title: `etcd accepts no certificate that ${others} made for themselves (2.${3 + 3 * index})`,
        why: 'Such a certificate proves nothing.',
        severity: 'high',
      }),
    ];
  }),
  cis('2.7', etcd('peer-transport-security.trusted-ca-file'), {
    title: 'The servers of etcd have an authority of their own (2.7)',
    why: 'Each client of the cluster could pass for a server of etcd.',
    severity: 'medium',
  }),
  cis('4.1.5', mode([`${AGENT}/kubelet.kubeconfig`, `${AGENT}/kubeproxy.kubeconfig`], 0o600), {
    title: 'The access of the node is for root only (4.1.3 to 4.1.6)',
    why: 'With it another machine passes for this node.',
    severity: 'high',
  }),
  cis('4.1.7', mode([`${AGENT}/*-ca.crt`], 0o600), {
    title: 'Only root changes whom the node trusts (4.1.7, 4.1.8)',
    why: 'Another authority would let an attacker pass for the server.',
    severity: 'medium',
  }),
  cis('4.2.1', kubelet('authentication.anonymous.enabled', 'anonymous-auth', { accepted: ['false'] }), {
    title: 'The kubelet refuses requests without a name (4.2.1)',
    why: 'Anybody in the network could run commands in pods.',
    severity: 'high',
  }),
  cis('4.2.2', kubelet('authorization.mode', 'authorization-mode', { accepted: ['Webhook'] }), {
    title: 'The kubelet asks the API who may do what (4.2.2)',
    why: 'Each client of the cluster could run commands in pods.',
    severity: 'high',
  }),
  cis('4.2.3', kubelet('authentication.x509.clientCAFile', 'client-ca-file'), {
    title: 'The kubelet verifies certificates of its clients (4.2.3)',
    why: 'Another machine could pass for the API.',
    severity: 'high',
  }),
  cis('4.2.4', kubelet('readOnlyPort', 'read-only-port', { accepted: ['0'], default: true }), {
    title: 'The kubelet has no port without a log-in (4.2.4)',
    why: 'It shows all pods of the node to the network.',
    severity: 'medium',
  }),
  cis('4.2.5', argument('kubelet', 'streaming-connection-idle-timeout', { lacks: '0', default: true }), {
    title: 'The kubelet closes idle connections to pods (4.2.5)',
    why: 'They would use up its ports.',
    severity: 'low',
  }),
  cis(
    '4.2.6',
    kubelet('makeIPTablesUtilChains', 'make-iptables-util-chains', { accepted: ['true'], default: true }),
    {
      title: 'The kubelet keeps its rules of iptables (4.2.6)',
      why: 'Packets to pods could come around the rules.',
      severity: 'low',
    },
  ),
  cis('4.2.9', kubelet('tlsCertFile', 'tls-cert-file'), {
    title: 'The kubelet has a certificate of the cluster (4.2.9)',
    why: 'The API could not tell it from another machine.',
    severity: 'medium',
  }),
  cis('4.2.10', kubelet('rotateCertificates', 'rotate-certificates', { accepted: ['true'], default: true }), {
    title: 'Certificates of the kubelet are renewed (4.2.10)',
    why: 'The node would leave the cluster when they expire. k3s renews them when it starts.',
    severity: 'low',
  }),
  cis('4.2.12', kubelet('tlsCipherSuites', 'tls-cipher-suites'), {
    level: 'strict',
    title: 'The kubelet speaks only strong ciphers (4.2.12)',
    why: 'Weak ones let a recording be decrypted. Costs: old monitoring tools cannot connect.',
    severity: 'medium',
    hint: `${ARGUMENT} --kubelet-arg=tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384.`,
  }),
  cis('4.2.13', kubelet('podPidsLimit', 'pod-max-pids', { lacks: '-1' }), {
    level: 'strict',
    title: 'A pod has a limit of processes (4.2.13)',
    why: 'One pod could take all processes of the node. Costs: pods with many threads fail.',
    severity: 'medium',
    hint: `${ARGUMENT} --kubelet-arg=pod-max-pids=4096.`,
  }),
  {
    id: 'kubernetes.agent-keys',
    title: 'The keys of the node are for root only',
    why: 'With them another machine passes for this node.',
    source: 'k3s',
    severity: 'high',
    level: 'standard',
    look: mode([`${AGENT}/*.key`], 0o600),
  },
];
