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
	component=/haos/system/k3s/${version##*/}
	is_k3s_trusted "$component" || return 0
	ln -sfn "$component/k3s" /run/haos/k3s
}

# k3s is root, and lies on a partition that is not encrypted. If the TPM is to open the data, the
# k3s at $1 must have the checksums in the signed boot image, with its container images and no
# others.
is_k3s_trusted() {
	[ -e /haos/private/tpm ] && [ -e /run/haos/k3s-signed ] || return 0
	(
		cd "$1" && [ "$(find . ! -type d ! -path ./k3s.json -printf '%y %p\n' | sort)" = "$(list_signed)" ] &&
			sha256sum --check --status --strict /run/haos/k3s-signed
	) && return 0
	echo "$1 is not the k3s that was signed with the boot image: see docs/encryption.md" >/run/haos/k3s-refused
	return 1
}

# Prints the files with checksums as find(1) does.
list_signed() {
	sed 's|^[0-9a-f]*  |f ./|' /run/haos/k3s-signed | sort
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
