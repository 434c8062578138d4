# shellcheck shell=sh
# The state partition: found, checked, mounted at /.base, and what an interrupted upgrade left on it settled (intent.sh);
# one without a system gets one (adopt.sh).
# `reason` says why it failed.

mount_state() {
	reason='no state partition appeared'
	waited=0
	until device=$(find_state); do
		[ "$waited" -ge "$WAIT" ] && return 1
		sleep 1
		waited=$((waited + 1))
		load_for_devices
	done
	debug "state partition $device"
	check_state "$device"
	mount -t ext4 -o noatime "$device" /.base || mount -t ext4 -o ro "$device" /.base ||
		refuse "the state partition $device cannot be mounted" || return 1
	finish_takeover /.base "$device"
	settle_intent /.base/haos/system
	if [ "$mode" = disk ]; then
		adopt_system /.base || return 1
		reset_data /.base/haos
	fi
	is_persistent=true
}

# Statuses below 4 mean that it is well now: e2fsck(8). What needs an answer is answered with yes: nobody stands before a node.
check_state() {
	e2fsck -p "$1" >/run/e2fsck.log 2>&1
	[ $? -ge 4 ] || return 0
	say "warning: the file system on $1 is damaged and is being repaired"
	e2fsck -y "$1" >>/run/e2fsck.log 2>&1
	[ $? -lt 4 ] || say "warning: the file system on $1 could not be repaired"
}
