# shellcheck shell=sh
# /.base holds the components: it is the medium, the state partition, or what the initrd itself
# carries. These functions set `reason` if they fail.

mount_base() {
	mkdir -p /.base
	case $mode in
	disk) mount_state ;;
	shell) if argument haos.state >/dev/null; then mount_state; else mount_carried || mount_medium /.base; fi ;;
	*) mount_carried || mount_medium /.base ;;
	esac
}

# The initrd for network boots carries the system. It moves to a file system of its own, because
# entering the new root deletes the contents of the initrd. The files move one by one, so that
# little memory is needed twice.
mount_carried() {
	has_system / || return 1
	debug 'the system is in the initrd'
	mount -t tmpfs -o mode=0755 base /.base
	mkdir -p /.base/haos
	mv /haos/system /.base/haos/system && mount -o remount,ro /.base
}

# Mounts the medium on the directory $1.
mount_medium() {
	reason='no medium with a system appeared'
	waited=0
	until device=$(find_medium); do
		[ "$waited" -eq 0 ] && debug 'waiting for the medium'
		[ "$waited" -ge "$WAIT" ] && break
		sleep 1
		waited=$((waited + 1))
		load_for_devices
	done
	[ -n "$device" ] || device=$(find_medium_by_content) || return 1
	debug "medium $device"
	mount_system "$device" "$1" || refuse "the medium $device cannot be mounted"
}
