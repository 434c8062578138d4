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

leave_old_root() {
	debug 'entering the root'
	cd $sysroot && pivot_root . mnt || return
	umount -l /mnt
	exec /usr/lib/haos/boot/start </dev/console >/dev/console 2>&1
}

give_up() {
	say "error: $1"
	say "This is a shell of the launcher. 'reboot -f' restarts."
	while :; do setsid cttyhack sh; done
}
