# shellcheck shell=sh
# Finds, checks and mounts the state partition at /.base, settles an interrupted upgrade on it
# (intent.sh), and copies a system to it if it has none (adopt.sh). Sets `reason` if it fails.

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

# A status below 4 means that the file system is in order now: e2fsck(8). Questions are answered
# with yes, because nodes have no operator at the console.
check_state() {
	e2fsck -p "$1" >/run/e2fsck.log 2>&1
	[ $? -ge 4 ] || return 0
	say "warning: the file system on $1 is damaged and is being repaired"
	e2fsck -y "$1" >>/run/e2fsck.log 2>&1
	[ $? -lt 4 ] || say "warning: cannot repair the file system on $1; see /run/haos/e2fsck.log"
}
