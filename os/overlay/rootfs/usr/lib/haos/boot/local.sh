# shellcheck shell=sh
# Entering the system from a root that somebody else mounted, with a kernel that somebody else loaded: mode local. That root takes
# the place of the state partition. The launcher is the first process then, and sources this.

base=/run/base sysroot=/run/sysroot

# The directory that these scripts are in.
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
	# Nothing of the old root is shared with the new one, and only the root itself is kept, not what is mounted on it.
	mount --make-rprivate /
	mkdir $base
	mount -o bind / $base
	is_persistent=true
	build_root || give_up "$reason"
	configure
	leave_old_root
	give_up 'the system could not be entered'
}

# A set of the Go implementation has its root inside of its program, which then takes this place. It knows no slots: whoever goes back
# to it makes it the current set as well. It finds everything as it was before this script.
enter_go() {
	[ "$slot" = current ] || return_to_go /haos/system
	case $(readlink -f /sbin/init) in "$here"/*) give_up "there is no system in /haos/system/haos/$slot" ;; esac
	debug 'entering the Go implementation'
	umount -l /run /dev /sys /proc
	exec /sbin/init
}

# An interruption is mended by the next boot: its kernel tells which of the two is meant.
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

# On trial the boot loader counts, and takes the version before.
give_up() {
	say "error: $1"
	! has_word haos.trial || reboot -f
	say "This is a shell of the launcher. 'reboot -f' restarts."
	while :; do setsid cttyhack sh; done
}
