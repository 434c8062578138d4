package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	containerdSocket = "/run/k3s/containerd/containerd.sock"
	podNetwork       = "10.42.0.0/16"
	serviceNetwork   = "10.43.0.0/16"
)

// node describes this node, with everything that its parts need.
type node struct {
	*settings
	*pki
	name, ip, data, bin string
	server              string // the URL to join, empty for the first server
	token               string
	failed              chan error
	children            sync.Map
	stopping            atomic.Bool
	connected           bool
}

func runNode(role string, args []string) error {
	s, err := readSettings(role, args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	n, err := prepare(s)
	if err != nil {
		return err
	}
	defer n.stopChildren()
	if role == "server" {
		if err := n.startAPI(ctx); err != nil {
			return err
		}
	}
	if err := n.startAgent(); err != nil {
		return err
	}
	if role == "server" {
		if err := n.startControllers(); err != nil {
			return err
		}
	}
	go n.tend(ctx)
	select {
	case <-ctx.Done():
		return nil
	case err := <-n.failed:
		return err
	}
}

func prepare(s *settings) (*node, error) {
	ip, err := s.nodeIP()
	if err != nil {
		return nil, err
	}
	data := s.get("data-dir", "/var/lib/rancher/k3s")
	n := &node{
		settings: s, name: s.nodeName(), ip: ip, data: data, bin: filepath.Join(data, "data/current/bin"),
		server: s.get("server", ""), failed: make(chan error, 16),
	}
	if s.role == "agent" && n.server == "" {
		return nil, fmt.Errorf("--server is required")
	}
	if n.token, err = n.findToken(); err != nil {
		return nil, err
	}
	if n.pki, err = newPKI(filepath.Join(data, "agent/tls"), n.token); err != nil {
		return nil, err
	}
	if err := unpack(n.bin); err != nil {
		return nil, err
	}
	os.Setenv("GOGC", "200") // emulated processors are slow, memory is available
	os.Setenv("PATH", n.bin+":/usr/sbin:/usr/bin:/sbin:/bin")
	if err := n.issueCertificates(); err != nil {
		return nil, err
	}
	return n, n.checkToken()
}

// findToken returns the token of the settings; a server without one generates and keeps one.
func (n *node) findToken() (string, error) {
	path := filepath.Join(n.data, "server/token")
	if token := n.get("token", ""); token != "" {
		return token, nil
	}
	if n.role == "agent" || n.server != "" {
		return "", fmt.Errorf("--token is required")
	}
	if token, err := os.ReadFile(path); err == nil {
		return strings.TrimSpace(string(token)), nil
	}
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	token := hex.EncodeToString(random)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return token, os.WriteFile(path, []byte(token+"\n"), 0o600)
}

// checkToken checks that the authority of the server to join is that of the token.
func (n *node) checkToken() error {
	if n.server == "" {
		return nil
	}
	address, err := url.Parse(n.server)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(n.authority)
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", address.Host, &tls.Config{RootCAs: roots, ServerName: "kubernetes"})
	if err == nil {
		return connection.Close()
	}
	if strings.Contains(err.Error(), "x509:") {
		return fmt.Errorf("failed to validate token: %s answers 401 Unauthorized to it", n.server)
	}
	return fmt.Errorf("failed to get CA certs: %w", err)
}

func (n *node) issueCertificates() error {
	masters := []string{"system:masters"}
	hosts := append([]string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost", n.name,
		"127.0.0.1", "10.43.0.1", n.ip}, n.values["tls-san"]...)
	for _, item := range []struct {
		file    string
		subject pkix.Name
	}{
		{"server", pkix.Name{CommonName: "kube-apiserver", Organization: masters}},
		{"admin", pkix.Name{CommonName: "system:admin", Organization: masters}},
		{"kubelet", pkix.Name{CommonName: "system:node:" + n.name, Organization: []string{"system:nodes"}}},
	} {
		if err := n.issue(item.file, item.subject, hosts...); err != nil {
			return err
		}
	}
	api := n.server
	if n.role == "server" {
		api = "https://127.0.0.1:6443"
	}
	for _, name := range []string{"admin", "kubelet"} {
		if err := n.nodeKubeconfig(filepath.Join(n.data, "agent", name+".kubeconfig"), api, name); err != nil {
			return err
		}
	}
	if n.role == "agent" {
		return nil
	}
	return n.writeAdminKubeconfig("/etc/rancher/k3s/k3s.yaml", api)
}

func (n *node) writeAdminKubeconfig(path, api string) error {
	if err := n.kubeconfig(path, api, "admin"); err != nil {
		return err
	}
	mode, err := strconv.ParseUint(n.get("write-kubeconfig-mode", "0600"), 8, 32)
	if err != nil {
		return err
	}
	if group, err := user.LookupGroup(n.get("write-kubeconfig-group", "root")); err == nil {
		id, _ := strconv.Atoi(group.Gid)
		if err := os.Chown(path, 0, id); err != nil {
			return err
		}
	}
	return os.Chmod(path, os.FileMode(mode))
}

// start runs a part of Kubernetes, which is this program under another name. When a part ends, the
// node ends. The exception is a part that gives up on a slow API server: it is restarted.
func (n *node) start(name string, args ...string) error {
	command := exec.Command("/proc/self/exe", append([]string{name}, args...)...)
	command.Args[0] = "k3s-stand-in"
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		return err
	}
	n.children.Store(name, command.Process)
	go func() {
		err := command.Wait()
		if impatient[name] && !n.stopping.Load() {
			time.Sleep(3 * time.Second)
			err = n.start(name, args...)
			if err == nil {
				return
			}
		}
		n.failed <- fmt.Errorf("%s ended: %v", name, err)
	}()
	return nil
}

var impatient = map[string]bool{"kube-controller-manager": true, "kube-scheduler": true}

func (n *node) stopChildren() {
	n.stopping.Store(true)
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		n.children.Range(func(_, process any) bool {
			_ = process.(*os.Process).Signal(signal)
			return true
		})
		time.Sleep(time.Second)
	}
}

func (n *node) agentPath(name string) string { return filepath.Join(n.data, "agent", name) }

func (n *node) waitFor(what string, limit time.Duration, try func() error) error {
	var err error
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if err = try(); err == nil {
			return nil
		}
		select {
		case err := <-n.failed:
			return err
		default:
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
