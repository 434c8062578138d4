package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

func (n *node) startAPI(ctx context.Context) error {
	if err := n.startEtcd(ctx); err != nil {
		return err
	}
	return n.start("kube-apiserver", n.withArguments("kube-apiserver-arg",
		"--advertise-address="+n.ip, "--secure-port=6443", "--allow-privileged=true", "--anonymous-auth=false",
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
		"--etcd-servers=http://127.0.0.1:2379", "--profiling=false",
		"--service-cluster-ip-range="+serviceNetwork, "--client-ca-file="+n.path("ca.crt"),
		"--tls-cert-file="+n.path("server.crt"), "--tls-private-key-file="+n.path("server.key"),
		"--kubelet-certificate-authority="+n.path("ca.crt"), "--kubelet-client-certificate="+n.path("server.crt"),
		"--kubelet-client-key="+n.path("server.key"), "--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file="+n.path("accounts.key"), "--service-account-signing-key-file="+n.path("accounts.key"))...)
}

func (n *node) startControllers() error {
	if err := n.waitFor("the API server", 10*time.Minute, n.askAPI); err != nil {
		return err
	}
	elect := fmt.Sprintf("--leader-elect=%t", n.isClustered())
	if err := n.start("kube-controller-manager", n.withArguments("kube-controller-manager-arg", elect,
		"--kubeconfig="+n.agentPath("admin.kubeconfig"), "--authentication-kubeconfig="+n.agentPath("admin.kubeconfig"),
		"--authorization-kubeconfig="+n.agentPath("admin.kubeconfig"), "--bind-address=127.0.0.1",
		"--root-ca-file="+n.path("ca.crt"), "--service-account-private-key-file="+n.path("accounts.key"),
		"--use-service-account-credentials=true", "--allocate-node-cidrs=true", "--cluster-cidr="+podNetwork)...); err != nil {
		return err
	}
	return n.start("kube-scheduler", n.withArguments("kube-scheduler-arg", elect, "--bind-address=127.0.0.1",
		"--kubeconfig="+n.agentPath("admin.kubeconfig"), "--authentication-kubeconfig="+n.agentPath("admin.kubeconfig"),
		"--authorization-kubeconfig="+n.agentPath("admin.kubeconfig"))...)
}

// withArguments adds the values that a flag of k3s passes on, `name=value` each.
func (n *node) withArguments(flag string, args ...string) []string {
	for _, value := range n.values[flag] {
		args = append(args, "--"+value)
	}
	return args
}

func (n *node) isClustered() bool { return n.isOn("cluster-init") || n.server != "" }

func (n *node) startEtcd(ctx context.Context) error {
	data := filepath.Join(n.data, "server/db/etcd")
	peer := "https://" + n.ip + ":2380"
	cluster, state := n.name+"="+peer, "new"
	if _, err := os.Stat(data); n.server != "" && os.IsNotExist(err) {
		if cluster, err = n.joinEtcd(ctx, peer); err != nil {
			return err
		}
		state = "existing"
	}
	tls := []string{}
	for _, kind := range []string{"", "peer-"} {
		tls = append(tls, "--"+kind+"trusted-ca-file="+n.path("ca.crt"), "--"+kind+"client-cert-auth=true",
			"--"+kind+"cert-file="+n.path("server.crt"), "--"+kind+"key-file="+n.path("server.key"))
	}
	return n.start("etcd", append(tls, "--name="+n.name, "--data-dir="+data, "--log-level=warn",
		"--listen-client-urls=http://127.0.0.1:2379,https://"+n.ip+":2379", "--advertise-client-urls=https://"+n.ip+":2379",
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster="+cluster,
		"--initial-cluster-state="+state, "--heartbeat-interval=500", "--election-timeout=5000")...)
}

// joinEtcd announces this node to the server it joins, and returns all members in the form that
// etcd expects.
func (n *node) joinEtcd(ctx context.Context, peer string) (string, error) {
	address, err := url.Parse(n.server)
	if err != nil {
		return "", err
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints: []string{"https://" + address.Hostname() + ":2379"}, TLS: n.clientTLS(), DialTimeout: 30 * time.Second,
	})
	if err != nil {
		return "", err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	response, err := client.MemberAdd(ctx, []string{peer})
	if err != nil {
		return "", fmt.Errorf("failed to join the etcd cluster: %w", err)
	}
	members := []string{}
	for _, member := range response.Members {
		name := member.Name
		if name == "" {
			name = n.name
		}
		members = append(members, name+"="+member.PeerURLs[0])
	}
	return strings.Join(members, ","), nil
}

func (n *node) clientTLS() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(n.authority)
	certificate, _ := tls.LoadX509KeyPair(n.path("admin.crt"), n.path("admin.key"))
	return &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}}
}

// askAPI fails until the API server is healthy. The controller manager waits only ten seconds for
// that, and restarting it slows down an API server that is becoming healthy.
func (n *node) askAPI() error {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: n.clientTLS()}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://127.0.0.1:6443/healthz")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the API server answers %s", response.Status)
	}
	return nil
}
