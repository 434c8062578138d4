# For `k3s kubectl`, as in /usr/bin/kubectl: only root may read the configuration of k3s.
[ "$(id -u)" -eq 0 ] || export K3S_CONFIG_FILE=/dev/null
