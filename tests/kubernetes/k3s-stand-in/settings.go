package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

const configFile = "/etc/rancher/k3s/config.yaml"

// settings are the values of flags, from files and arguments.
type settings struct {
	role   string
	values map[string][]string
}

// readSettings reads config.yaml, then config.yaml.d, then the environment. HAOS writes every flag
// that k3s knows to a file.
func readSettings(role string, args []string) (*settings, error) {
	s := &settings{role: role, values: map[string][]string{}}
	files, _ := filepath.Glob(configFile + ".d/*.yaml")
	sort.Strings(files)
	for _, file := range append([]string{configFile}, files...) {
		if err := s.readFile(file); err != nil {
			return nil, err
		}
	}
	if len(args) > 0 {
		return nil, fmt.Errorf("flag provided but not defined: %s", args[0])
	}
	for flag, name := range map[string]string{
		"token": "K3S_TOKEN", "server": "K3S_URL", "node-name": "K3S_NODE_NAME",
		"write-kubeconfig-mode": "K3S_KUBECONFIG_MODE", "write-kubeconfig-group": "K3S_KUBECONFIG_GROUP",
	} {
		if value := os.Getenv(name); value != "" && len(s.values[flag]) == 0 {
			s.values[flag] = []string{value}
		}
	}
	return s, nil
}

// readFile reads a file of flags; a key that ends in + adds to the values of earlier files.
func (s *settings) readFile(path string) error {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	content := map[string]any{}
	if err := yaml.Unmarshal(text, &content); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for key, value := range content {
		name := strings.TrimSuffix(key, "+")
		var values []string
		if list, ok := value.([]any); ok {
			for _, item := range list {
				values = append(values, fmt.Sprint(item))
			}
		} else {
			values = []string{fmt.Sprint(value)}
		}
		if name != key {
			values = append(s.values[name], values...)
		}
		s.values[name] = values
	}
	return nil
}

// get returns the last value of a flag, or the default.
func (s *settings) get(name, other string) string {
	if values := s.values[name]; len(values) > 0 {
		return values[len(values)-1]
	}
	return other
}

func (s *settings) isOn(name string) bool { return s.get(name, "false") == "true" }

// nodeName is the host name in lower case unless a flag sets it.
func (s *settings) nodeName() string {
	hostname, _ := os.Hostname()
	return strings.ToLower(s.get("node-name", hostname))
}

// nodeIP is the address of the interface with the default route unless a flag sets it. No packet is
// sent.
func (s *settings) nodeIP() (string, error) {
	if ip := s.get("node-ip", ""); ip != "" {
		return ip, nil
	}
	connection, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return "", fmt.Errorf("no default routes found: %w", err)
	}
	defer connection.Close()
	return connection.LocalAddr().(*net.UDPAddr).IP.String(), nil
}
