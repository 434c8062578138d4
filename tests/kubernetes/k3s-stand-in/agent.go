package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const containerdConfig = `version = 3
root = "%[1]s/agent/containerd"
state = "/run/k3s/containerd"
[grpc]
address = "` + containerdSocket + `"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "%[2]s"
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["%[3]s"]
conf_dir = "%[1]s/agent/etc/cni/net.d"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
BinaryName = "%[3]s/runc"
SystemdCgroup = false
`

const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: %[1]s/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
clusterDNS: [10.43.0.10]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix://` + containerdSocket + `
evictionHard: {nodefs.available: 5%%, imagefs.available: 5%%}
failSwapOn: false
tlsCertFile: %[1]s/kubelet.crt
tlsPrivateKeyFile: %[1]s/kubelet.key
`

const bridgeConfig = `{"cniVersion":"1.0.0","name":"pods","plugins":[
{"type":"bridge","bridge":"cni0","isDefaultGateway":true,"ipMasq":true,"hairpinMode":true,"ipam":{"type":"host-local","subnet":%q}},
{"type":"portmap","capabilities":{"portMappings":true}}]}`

// modules are those that k3s loads before it starts the agent's parts. Nothing else loads nf_conntrack
// for certain before kube-proxy sets its limits, and ends if it cannot.
var modules = []string{"overlay", "nf_conntrack", "br_netfilter", "iptable_nat", "iptable_filter"}

func (n *node) startAgent() error {
	for _, module := range modules {
		_ = exec.Command("modprobe", "-q", module).Run() // it may be built in
	}
	pause := n.get("pause-image", "rancher/mirrored-pause:3.10.2")
	for path, text := range map[string]string{
		"etc/containerd/config.toml": fmt.Sprintf(containerdConfig, n.data, pause, n.bin),
		"etc/kubelet.yaml":           fmt.Sprintf(kubeletConfig, n.directory),
	} {
		if err := os.MkdirAll(filepath.Dir(n.agentPath(path)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(n.agentPath(path), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if err := n.start("containerd", "--config", n.agentPath("etc/containerd/config.toml"), "--log-level=warn"); err != nil {
		return err
	}
	if err := n.waitFor("containerd", 2*time.Minute, func() error { _, err := n.self("ctr", "version"); return err }); err != nil {
		return err
	}
	if err := n.importImages(); err != nil {
		return err
	}
	if err := n.start("kubelet", n.withArguments("kubelet-arg", "--config="+n.agentPath("etc/kubelet.yaml"),
		"--kubeconfig="+n.agentPath("kubelet.kubeconfig"), "--hostname-override="+n.name, "--node-ip="+n.ip,
		"--node-labels="+strings.Join(n.values["node-label"], ","),
		"--register-with-taints="+strings.Join(n.values["node-taint"], ","))...); err != nil {
		return err
	}
	return n.start("kube-proxy", n.withArguments("kube-proxy-arg", "--kubeconfig="+n.agentPath("admin.kubeconfig"),
		"--hostname-override="+n.name, "--proxy-mode=iptables", "--cluster-cidr="+podNetwork, "--conntrack-max-per-core=0")...)
}

// self runs this program under another name, and returns its output.
func (n *node) self(args ...string) (string, error) {
	output, err := exec.Command("/proc/self/exe", args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, output)
	}
	return string(output), err
}

func (n *node) importImages() error {
	files, err := filepath.Glob(n.agentPath("images/*.tar"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if output, err := n.self("ctr", "images", "import", file); err != nil {
			fmt.Printf("level=error msg=%q\n", err)
		} else {
			fmt.Print(output)
		}
	}
	return nil
}

// tendPause is long enough that an emulated server has time for others.
const tendPause = 10 * time.Second

// tend repeatedly does the work of k3s's own controllers: routes to the pods of other nodes, roles,
// manifests.
func (n *node) tend(ctx context.Context) {
	config, err := clientcmd.BuildConfigFromFlags("", n.agentPath("admin.kubeconfig"))
	if err != nil {
		n.failed <- err
		return
	}
	client := kubernetes.NewForConfigOrDie(config)
	applied := map[string][32]byte{}
	for ; ctx.Err() == nil; time.Sleep(n.untilTended()) {
		// From the cache of the API server, not from etcd.
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{ResourceVersion: "0"})
		if err != nil {
			continue
		}
		for i := range nodes.Items {
			n.connect(ctx, client, &nodes.Items[i])
		}
		if n.role == "server" {
			n.applyManifests(applied)
		}
	}
}

// untilTended is short until the node has its pod network, without which it is not Ready.
func (n *node) untilTended() time.Duration {
	if n.connected {
		return tendPause
	}
	return 2 * time.Second
}

// connect gives this node its pod network, its labels and its role, and routes to the pods of other
// nodes.
func (n *node) connect(ctx context.Context, client kubernetes.Interface, other *corev1.Node) {
	if other.Spec.PodCIDR == "" {
		return
	}
	if other.Name != n.name {
		for _, address := range other.Status.Addresses {
			if address.Type == corev1.NodeInternalIP && address.Address != n.ip {
				_ = exec.Command("ip", "route", "replace", other.Spec.PodCIDR, "via", address.Address).Run()
			}
		}
		return
	}
	if n.connected {
		return
	}
	labels := map[string]string{}
	for _, label := range n.values["node-label"] { // the kubelet gives them only to a new node
		name, value, _ := strings.Cut(label, "=")
		labels[name] = value
	}
	if n.role == "server" {
		labels["node-role.kubernetes.io/control-plane"] = "true"
		if n.isClustered() {
			labels["node-role.kubernetes.io/etcd"] = "true"
		}
	}
	patch, _ := json.Marshal(map[string]any{"metadata": map[string]any{"labels": labels}})
	if _, err := client.CoreV1().Nodes().Patch(ctx, n.name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return
	}
	path := n.agentPath("etc/cni/net.d/10-pods.conflist")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
		n.connected = os.WriteFile(path, []byte(fmt.Sprintf(bridgeConfig, other.Spec.PodCIDR)), 0o600) == nil
	}
}

func (n *node) applyManifests(applied map[string][32]byte) {
	files, _ := filepath.Glob(filepath.Join(n.data, "server/manifests/*.yaml"))
	sort.Strings(files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		digest := sha256.Sum256(text)
		if err != nil || applied[file] == digest {
			continue
		}
		if _, err := os.Stat(strings.TrimSuffix(file, ".yaml") + ".yaml.skip"); err == nil {
			continue
		}
		if output, err := n.self("kubectl", "apply", "--server-side", "--force-conflicts", "--filename", file); err != nil {
			fmt.Printf("level=error msg=%q\n", "Failed to process config: failed to process "+file+": "+output)
			continue
		}
		applied[file] = digest
	}
}
