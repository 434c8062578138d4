# shellcheck shell=sh
# Chooses which k3s runs, and checks that it stays up.

# What OpenRC's supervisor records about the process that it watches: it restarts a process that
# ended.
PROCESS=/run/openrc/options/k3s-service

# The k3s of the booted set stays until the next boot: an upgrade moves the links while this one
# runs, and the boot loader may have chosen the previous set.
choose_k3s() {
	slot=$(argument haos.slot)
	[ "$slot" = previous ] || slot=current
	version=$(readlink "/haos/system/k3s/$slot") || return 0
	ln -sfn "/haos/system/k3s/${version##*/}/k3s" /run/haos/k3s
}

# Succeeds if k3s is enabled: the runtime phase records that (packages/cc/src/appliers/k3s/k3s.ts).
# Without a record k3s counts as enabled.
is_k3s_wanted() {
	case $(cat /run/haos/k3s-start 2>/dev/null) in skipped | absent) return 1 ;; esac
}

# Succeeds if k3s runs a kubelet.
is_node_wanted() {
	is_k3s_wanted && [ "$(cat /run/haos/k3s-start 2>/dev/null)" != nodeless ]
}

# Asks the kubelet itself, which is cheaper than asking the API.
is_kubelet_ok() {
	curl --silent --fail --max-time 3 --noproxy '*' --output /dev/null http://127.0.0.1:10248/healthz
}

# Succeeds if at second $1 the same process has been running for $2 seconds, as far as the calls
# could observe.
is_k3s_steady() {
	seen=$(find_k3s) || seen=
	if [ -z "$seen" ] || [ "$seen" != "${known:-}" ]; then
		known=$seen
		since=$1
	fi
	[ -n "$seen" ] && [ $(($1 - since)) -ge "$2" ]
}

# Prints the process; fails if none runs. For a custom service without a supervisor, its own status
# counts.
find_k3s() {
	[ -e "$PROCESS/child_pid" ] || {
		rc-service --quiet k3s-service status >/dev/null 2>&1 || return 1
		echo unsupervised
		return 0
	}
	pid=$(cat "$PROCESS/child_pid")
	# The start script, which becomes k3s, first waits if k3s ended soon after its last starts.
	! grep -qs k3s-service.sh "/proc/$pid/cmdline" || return 1
	kill -0 "$pid" 2>/dev/null && cat "$PROCESS/child_pid" "$PROCESS/start_time"
}
