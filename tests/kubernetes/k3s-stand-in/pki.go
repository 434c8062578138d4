package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// pki makes certificates. Its authority is derived from the token, so that the owner of the token
// can join without asking a server.
type pki struct {
	directory string
	authority *x509.Certificate
	key       ed25519.PrivateKey
	accounts  *ecdsa.PrivateKey
}

func newPKI(directory, token string) (*pki, error) {
	seed := sha256.Sum256([]byte("authority " + token))
	key := ed25519.NewKeyFromSeed(seed[:])
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "k3s-stand-in"},
		NotBefore: time.Unix(1577836800, 0), NotAfter: time.Unix(4102444800, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	authority, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	scalar := sha256.Sum256([]byte("service accounts " + token))
	accounts, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, err
	}
	p := &pki{directory: directory, authority: authority, key: key, accounts: accounts}
	if err := p.writePEM("ca.crt", "CERTIFICATE", der); err != nil {
		return nil, err
	}
	return p, p.writeKey("accounts.key", accounts)
}

func (p *pki) path(name string) string { return filepath.Join(p.directory, name) }

func (p *pki) writePEM(name, kind string, der []byte) error {
	return os.WriteFile(p.path(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

func (p *pki) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return p.writePEM(name, "EC PRIVATE KEY", der)
}

// issue writes NAME.crt and NAME.key for a client and server.
func (p *pki) issue(name string, subject pkix.Name, hosts ...string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: subject, NotBefore: p.authority.NotBefore, NotAfter: p.authority.NotAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, p.authority, key.Public(), p.key)
	if err != nil {
		return err
	}
	if err := p.writePEM(name+".crt", "CERTIFICATE", der); err != nil {
		return err
	}
	return p.writeKey(name+".key", key)
}

func base64JSON(content []byte) string {
	text, _ := json.Marshal(content)
	return string(text)
}

// kubeconfig writes a file that contains all data, for a client with a certificate made by issue.
func (p *pki) kubeconfig(path, server, name string) error {
	var parts [3][]byte
	for i, file := range []string{"ca.crt", name + ".crt", name + ".key"} {
		text, err := os.ReadFile(p.path(file))
		if err != nil {
			return err
		}
		parts[i] = text
	}
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"default",
"contexts":[{"name":"default","context":{"cluster":"default","user":"default"}}],
"clusters":[{"name":"default","cluster":{"server":%q,"certificate-authority-data":%s}}],
"users":[{"name":"default","user":{"client-certificate-data":%s,"client-key-data":%s}}]}
`, server, base64JSON(parts[0]), base64JSON(parts[1]), base64JSON(parts[2]))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// nodeKubeconfig writes what k3s writes for its own clients: paths of the certificates instead of
// their text.
func (p *pki) nodeKubeconfig(path, server, name string) error {
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: Default
contexts:
- name: Default
  context: {cluster: local, user: user}
clusters:
- name: local
  cluster:
    server: %s
    certificate-authority: %s
users:
- name: user
  user:
    client-certificate: %s
    client-key: %s
`, server, p.path("ca.crt"), p.path(name+".crt"), p.path(name+".key"))
	return os.WriteFile(path, []byte(text), 0o600)
}
