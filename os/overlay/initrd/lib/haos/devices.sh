# shellcheck shell=sh
# Loads drivers and finds block devices. Device nodes come from devtmpfs.

FILE_SYSTEMS='loop squashfs overlay iso9660 ext4 vfat nls_cp437 nls_ascii'

# Loads the modules that the command line names, then the file systems, then a driver for each
# device that needs one. The file systems are one call, because modprobe reads its index each time.
load_drivers() {
	for module in $(requested_modules); do
		debug "module $module"
		modprobe -q "$module"
	done
	# shellcheck disable=SC2086 # a list of names
	modprobe -q -a $FILE_SYSTEMS
	load_for_devices
}

# Lists the modules of `haos.modules=NAME` (also `haos.module`): a disk may need a driver that it
# does not announce.
requested_modules() {
	for word in $(tr '[:upper:]' '[:lower:]' </proc/cmdline); do
		case $word in haos.module=* | haos.modules=*) echo "${word#*=}" | tr -d '"' ;; esac
	done
}

# A driver may reveal new devices (a bus, then its disks), so waiting loops call this again. One
# modprobe loads all modules, because starting programs is what takes time here.
load_for_devices() {
	find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u >/run/modaliases
	cmp -s /run/modaliases /run/modaliases.known && return 0
	mv /run/modaliases /run/modaliases.known
	xargs modprobe -q -b -a </run/modaliases.known 2>/dev/null
	return 0
}

# Prints the device with a label or UUID, such as `LABEL=HAOS`; fails without one.
find_device() {
	findfs "$1" 2>/dev/null
}

# Prints the state partition. If several disks carry the label, GRUB names the partition on the disk
# it booted from.
find_state() {
	find_device "$(argument haos.state || echo LABEL=HAOS_STATE)"
}

# On a USB stick, an ISO also appears as an HFS+ partition with the same label. Linux can read the
# disk around it.
find_medium() {
	labelled=$(find_device LABEL=HAOS) || return 1
	disk=$(readlink -f "/sys/class/block/${labelled##*/}/..")
	find_system_on "$labelled" "/dev/${disk##*/}"
}

# A tool that writes USB sticks may have changed the label.
find_medium_by_content() {
	find_system_on $(sed -n 's/.* \([a-z]\+[a-z0-9]*\)$/\/dev\/\1/p' /proc/partitions)
}

# Prints the first of these devices that holds a system.
find_system_on() {
	mkdir -p /probe
	for candidate; do
		case $candidate in /dev/loop* | /dev/ram*) continue ;; esac
		mount_system "$candidate" /probe || continue
		umount /probe
		echo "$candidate" && return 0
	done
	return 1
}

# Mounts the device $1 on the directory $2 if it holds a system. The disk may belong to another
# system, so nothing on it may change: ext4 replays its journal even if it is mounted read-only.
mount_system() {
	for type in iso9660 vfat squashfs ext4; do
		options=ro
		[ $type != ext4 ] || options=ro,noload
		mount -t $type -o $options "$1" "$2" 2>/dev/null || continue
		has_system "$2" && return 0
		umount "$2"
	done
	return 1
}

has_system() {
	[ -f "$1/haos/system/haos/current/rootfs.squashfs" ]
}
