/**
 * The flags of `k3s server` and `k3s agent` of the pinned release, from its source (pkg/cli/cmds),
 * including hidden flags. An entry is NAME, `/ALIAS` for a second name, `=` if the flag takes a
 * value, and `*` if it is repeatable.
 */

/** The release that has these flags. 1.35 and 1.36 differ only in `helm-controller-arg`. */
export const FLAGS_OF = 'v1.36.4+k3s1';

/** Flags of servers and agents. */
export const COMMON_FLAGS = `
  airgap-extra-registry=* alsologtostderr bind-address= config/c= container-runtime-endpoint=
  data-dir/d= debug default-runtime= disable-default-registry-endpoint docker enable-pprof
  flannel-cni-conf= flannel-conf= flannel-iface= image-credential-provider-bin-dir=
  image-credential-provider-config= image-service-endpoint= kube-proxy-arg=* kubelet-arg=*
  lb-server-port= log/l= node-external-dns=* node-external-ip=* node-internal-dns=* node-ip/i=*
  node-label=* node-name= node-taint=* nonroot-devices pause-image= prefer-bundled-bin
  private-registry= protect-kernel-defaults resolv-conf= rootless selinux server/s= snapshotter=
  token-file= token/t= v= vmodule= vpn-auth-file= vpn-auth= with-node-id
`;

/** Flags of servers only. */
export const SERVER_FLAGS = `
  advertise-address= advertise-port= agent-token-file= agent-token= apiserver-bind-address=
  apiserver-port= cluster-cidr=* cluster-dns=* cluster-domain= cluster-init cluster-reset
  cluster-reset-restore-path= datastore-cafile= datastore-certfile= datastore-endpoint=
  datastore-keyfile= default-local-storage-path= disable-agent disable-apiserver
  disable-cloud-controller disable-controller-manager disable-etcd disable-helm-controller
  disable-kube-proxy disable-network-policy disable-scheduler disable=* egress-selector-mode=
  embedded-registry etcd-arg=* etcd-disable-snapshots etcd-expose-metrics etcd-s3
  etcd-s3-access-key= etcd-s3-bucket-lookup-type= etcd-s3-bucket= etcd-s3-config-secret=
  etcd-s3-endpoint-ca= etcd-s3-endpoint= etcd-s3-folder= etcd-s3-insecure etcd-s3-proxy=
  etcd-s3-region= etcd-s3-retention= etcd-s3-secret-key= etcd-s3-session-token=
  etcd-s3-skip-ssl-verify etcd-s3-timeout= etcd-snapshot-compress etcd-snapshot-dir=
  etcd-snapshot-name= etcd-snapshot-reconcile-interval= etcd-snapshot-retention=
  etcd-snapshot-schedule-cron= flannel-backend= flannel-external-ip flannel-ipv6-masq
  helm-controller-arg=* helm-job-image= https-listen-port= kine-tls kube-apiserver-arg=*
  kube-cloud-controller-arg=* kube-cloud-controller-manager-arg=* kube-controller-arg=*
  kube-controller-manager-arg=* kube-scheduler-arg=* secrets-encryption secrets-encryption-provider=
  service-cidr=* service-node-port-range= servicelb-namespace= supervisor-metrics supervisor-port=
  system-default-registry= tls-san-security tls-san=* write-kubeconfig-group= write-kubeconfig-mode=
  write-kubeconfig/o=
`;

/** Flags of agents only. */
export const AGENT_FLAGS = `
  disable-apiserver-lb
`;
