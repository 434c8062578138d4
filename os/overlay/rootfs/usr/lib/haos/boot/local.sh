# shellcheck shell=sh
# Mode local: enters the system from a root that another system mounted, with a kernel that it
# loaded. That root replaces the state partition. The launcher is then the first process and sources
# this file.

base=/run/base sysroot=/run/sysroot

# Enters the system; $1 is the directory of these scripts.
enter_local() {
	. "$1/common.sh"
	. "$1/intent.sh"
	. "$1/root.sh"
	mode=local
	! has_word rescue || mode=shell
	debug "mode $mode"
	choose_slot
	settle_intent /haos/system
	[ -e "/haos/system/haos/$slot/rootfs.squashfs" ] || enter_go
	# The new root shares no mounts with the old one. Only the old root itself is kept, not what is
	# mounted on it.
	mount --make-rprivate /
	mkdir $base
	mount -o bind / $base
	is_persistent=true
	build_root || give_up "$reason"
	configure
	leave_old_root
	give_up 'cannot enter the system'
}

# A set of the Go implementation carries its root in its program, which then runs instead of this
# script. It does not know slots, so returning to it also makes it the current set. It finds
# everything as it was before this script.
enter_go() {
	[ "$slot" = current ] || return_to_go /haos/system
	case $(readlink -f /sbin/init) in "$here"/*) give_up "there is no system in /haos/system/haos/$slot" ;; esac
	debug 'entering the Go implementation'
	umount -l /run /dev /sys /proc
	exec /sbin/init
}

# After an interruption, the next boot completes this: its kernel tells which of the two sets is
# meant.
return_to_go() {
	{
		echo 'haos-intent 1'
		echo 'slot previous'
		for component in haos k3s kernel; do
			to=$(version_at "$1/$component/previous")
			echo "$component $(version_at "$1/$component/current") $to $to $to"
		done
		echo end
	} >"$1/intent.new"
	sync
	mv "$1/intent.new" "$1/intent"
	system=$1 intent=$1/intent
	link_side after
	rm "$intent"
}

version_at() {
	version=$(readlink "$1") || version=-
	echo "${version##*/}"
}

leave_old_root() {
	debug 'entering the root'
	cd $sysroot && pivot_root . mnt || return
	umount -l /mnt
	exec /usr/lib/haos/boot/start </dev/console >/dev/console 2>&1
}

# During a trial the boot loader, or the launcher, counts the boots and returns to the previous
# version.
give_up() {
	say "error: $1"
	! has_word haos.trial || reboot -f
	say "This is a shell of the launcher. 'reboot -f' restarts the machine."
	while :; do setsid cttyhack sh; done
}
