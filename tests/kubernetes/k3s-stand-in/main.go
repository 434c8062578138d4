// Command k3s-stand-in takes the place of k3s in tests on machines that cannot download it. It takes the arguments, files and
// variables of k3s that HAOS uses and runs the real control plane, kubelet, containerd and etcd. It is never shipped.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
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

// version is set by the linker: that of Kubernetes, in the form of a release of k3s.
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

// useKubeconfig takes k3s's kubeconfig unless another is named, as `k3s kubectl` does.
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

// unpack writes the programs that are appended to this one (see build-k3s.ts) into a directory, once per content.
func unpack(directory string) error {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer self.Close()
	archive, err := openPayload(self)
	if err != nil {
		return err
	}
	return extract(archive, directory)
}

const payloadMark = "k3s-stand-in payload"

// openPayload finds the archive: the file ends with its length in 20 digits and a mark.
func openPayload(file *os.File) (io.Reader, error) {
	stat, err := file.Stat()
	if err != nil {
		return nil, err
	}
	trailer := make([]byte, 20+len(payloadMark))
	end := stat.Size() - int64(len(trailer))
	if _, err := file.ReadAt(trailer, end); err != nil {
		return nil, err
	}
	var length int64
	if _, err := fmt.Sscanf(string(trailer), "%020d"+payloadMark, &length); err != nil {
		return nil, fmt.Errorf("this program has no payload: %w", err)
	}
	return io.NewSectionReader(file, end-length, length), nil
}
