// Command k3s-stand-in replaces k3s in tests on machines that cannot download it. It takes the
// arguments, files and variables of k3s that HAOS uses and runs the real control plane, kubelet,
// containerd and etcd. It is never shipped.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	_ "github.com/containerd/containerd/v2/cmd/containerd/builtins"
	containerd "github.com/containerd/containerd/v2/cmd/containerd/command"
	ctr "github.com/containerd/containerd/v2/cmd/ctr/app"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// version is set by the linker: the version of Kubernetes, in the form of a release of k3s.
var version = "v0.0.0+standin"

func main() {
	name := filepath.Base(os.Args[0])
	args := os.Args[1:]
	if name != "kubectl" && name != "ctr" && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	os.Args = append([]string{name}, args...)
	if status := run(name, args); status != 0 {
		os.Exit(status)
	}
}

func run(name string, args []string) int {
	switch name {
	case "server", "agent":
		return report(runNode(name, args))
	case "kubectl":
		useKubeconfig()
		return cli.Run(kubectl.NewDefaultKubectlCommand())
	case "ctr":
		if os.Getenv("CONTAINERD_ADDRESS") == "" {
			os.Args = append([]string{"ctr", "--address", containerdSocket, "--namespace", "k8s.io"}, args...)
		}
		return report(ctr.New().Run(os.Args))
	case "etcd":
		etcdmain.Main(os.Args)
		return 0
	case "containerd":
		return report(containerd.App().Run(os.Args))
	case "kube-apiserver":
		return cli.Run(apiserver.NewAPIServerCommand())
	case "kube-controller-manager":
		return cli.Run(manager.NewControllerManagerCommand())
	case "kube-scheduler":
		return cli.Run(scheduler.NewSchedulerCommand())
	case "kube-proxy":
		return cli.Run(proxy.NewProxyCommand())
	case "kubelet":
		return cli.Run(kubelet.NewKubeletCommand(context.Background()))
	case "--version", "-v":
		fmt.Printf("k3s version %s (stand-in)\n", version)
		return 0
	}
	fmt.Fprintf(os.Stderr, "No help topic for '%s'\n", name)
	return 1
}

// useKubeconfig uses k3s's kubeconfig unless another is named, as `k3s kubectl` does.
func useKubeconfig() {
	for _, arg := range os.Args {
		if strings.HasPrefix(arg, "--kubeconfig") {
			return
		}
	}
	if os.Getenv("KUBECONFIG") == "" {
		os.Setenv("KUBECONFIG", "/etc/rancher/k3s/k3s.yaml")
	}
}

func report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(os.Stderr, "level=fatal msg=%q\n", "Error: "+err.Error())
	return 1
}

// unpack writes the programs that are appended to this one into a directory: an archive, and its
// length in 20 characters.
func unpack(directory string) error {
	script := `n=$(tail -c 20 "$0") && mkdir -p "$1" && tail -c $((n + 20)) "$0" | head -c $((n)) | tar -x -C "$1"`
	self := fmt.Sprintf("/proc/%d/exe", os.Getpid())
	if output, err := exec.Command("sh", "-c", script, self, directory).CombinedOutput(); err != nil {
		return fmt.Errorf("unpacking: %w: %s", err, output)
	}
	return nil
}
