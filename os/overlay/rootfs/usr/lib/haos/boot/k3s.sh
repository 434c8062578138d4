# shellcheck shell=sh
# Which k3s runs, and whether it stays up.

# What OpenRC's supervisor notes about the process that it watches: it starts one that ended again and again.
PROCESS=/run/openrc/options/k3s-service

# That of the set that was booted, until the next boot: an upgrade moves the links while this one runs, and the boot loader may have
# taken the previous set.
choose_k3s() {
	slot=$(argument haos.slot)
	[ "$slot" = previous ] || slot=current
	version=$(readlink "/haos/system/k3s/$slot") || return 0
	ln -sfn "/haos/system/k3s/${version##*/}/k3s" /run/haos/k3s
}

# Whether k3s is to run: what the runtime phase wrote down (packages/cc/src/appliers/k3s/k3s.ts). Where that failed, it is.
is_k3s_wanted() {
	case $(cat /run/haos/k3s-start 2>/dev/null) in skipped | absent) return 1 ;; esac
}

# Whether it runs a kubelet.
is_node_wanted() {
	is_k3s_wanted && [ "$(cat /run/haos/k3s-start 2>/dev/null)" != nodeless ]
}

# The kubelet's own word; cheaper than to ask the API.
is_kubelet_ok() {
	curl --silent --fail --max-time 3 --noproxy '*' --output /dev/null http://127.0.0.1:10248/healthz
}

# Whether at second $1 the same process has been running for $2 seconds, as far as was looked.
is_k3s_steady() {
	seen=$(find_k3s) || seen=
	if [ -z "$seen" ] || [ "$seen" != "${known:-}" ]; then
		known=$seen
		since=$1
	fi
	[ -n "$seen" ] && [ $(($1 - since)) -ge "$2" ]
}

# Names the process; fails when none runs. A service that somebody wrote without a supervisor is believed what it says.
find_k3s() {
	[ -e "$PROCESS/child_pid" ] || {
		rc-service --quiet k3s-service status >/dev/null 2>&1 || return 1
		echo unsupervised
		return 0
	}
	pid=$(cat "$PROCESS/child_pid")
	# The script that becomes k3s first waits when k3s ended soon after its last starts.
	! grep -qs k3s-service.sh "/proc/$pid/cmdline" || return 1
	kill -0 "$pid" 2>/dev/null && cat "$PROCESS/child_pid" "$PROCESS/start_time"
}
