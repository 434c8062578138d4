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
	check_file_system "$device" /run/e2fsck.log
	mount -t ext4 -o noatime "$device" /.base || mount -t ext4 -o ro "$device" /.base ||
		refuse "the state partition $device cannot be mounted" || return 1
	finish_takeover /.base "$device"
	settle_intent /.base/haos/system
	if [ "$mode" = disk ]; then
		adopt_system /.base || return 1
		[ -e /.base/haos/system/encryption ] || reset_data /.base/haos /.base/haos
	fi
	is_persistent=true
}
