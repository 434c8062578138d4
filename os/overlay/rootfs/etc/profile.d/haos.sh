# Sets up every login: the path of an administrator, the kubeconfig of a server, and a short status.
for directory in /usr/sbin /usr/local/sbin; do
	case :$PATH: in *:$directory:*) ;; *) PATH=$directory:$PATH ;; esac
done
unset directory
export PATH

if [ -z "${KUBECONFIG:-}" ] && [ ! -e "$HOME/.kube/config" ] && [ -r /etc/rancher/k3s/k3s.yaml ]; then
	export KUBECONFIG=/etc/rancher/k3s/k3s.yaml
fi

case $- in
*i*) [ -n "${SUDO_USER:-}" ] || [ -e "$HOME/.hushlogin" ] || /usr/lib/haos/login-message ;;
esac
