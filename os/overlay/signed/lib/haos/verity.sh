# shellcheck shell=sh
# Only a signed boot image has this script and the directory /verity: the modules of dm-verity in
# the order of loading, and for each image a file with the number of its blocks of 4 KiB, the salt
# and the root of the hash tree that follows the blocks. The signature covers them. So nothing on
# a disk or on the kernel command line changes what they ask for.

is_verified=true

load_verity() {
	for module in $(ls /verity/modules); do insmod "/verity/modules/$module"; done
}

# Mounts the image $2 on the directory $3 if it is the one that /verity/$1 describes. The first
# block tells another image or another tree, which a person may have copied by mistake. A
# difference that is read later stops the kernel, because a program that lacks a block could do
# anything.
mount_verified() {
	[ -e /dev/mapper/control ] || load_verity
	read -r blocks salt root <"/verity/$1" || refuse "this boot image does not know the image $1" || return 1
	[ -f "$2" ] || refuse "$2 is missing" || return 1
	loop=$(losetup -f) && losetup -r "$loop" "$2" || refuse "$2 cannot be opened" || return 1
	open_verified haos-probe && dd if=/dev/mapper/haos-probe of=/dev/null bs=4096 count=1 2>/dev/null ||
		refuse "$2 differs from the image that was signed" || return 1
	dmsetup remove haos-probe
	open_verified "haos-$1" 1 panic_on_corruption || refuse "$2 cannot be verified" || return 1
	mount -t squashfs -o ro,nodev "/dev/mapper/haos-$1" "$3" || refuse "$2 cannot be mounted"
}

# Opens the device $1. The other arguments are options of dm-verity. The UUID has the root of the
# tree for `haos status`. There is no udev here that makes the node.
open_verified() {
	name=$1
	shift
	DM_DISABLE_UDEV=1 dmsetup create "$name" --readonly --uuid "HAOS-VERITY-$name-$root" --table \
		"0 $((blocks * 8)) verity 1 $loop $loop 4096 4096 $blocks $blocks sha256 $root $salt $*"
}

# A shell would let a person at the console run what was not verified.
leave_verified() {
	say 'This system starts only if it is the one that was signed. The machine restarts in 30 s.'
	sleep 30
	reboot -f
}
