# shellcheck shell=sh
# What init does. A login is on the screen and on every console that has hardware behind it, and does not wait for
# the default runlevel: a network that never comes must not keep anybody out.

write_inittab() {
	cat <<-END
		::sysinit:/usr/sbin/openrc --quiet sysinit
		::sysinit:/usr/sbin/openrc --quiet boot
		::once:/usr/sbin/openrc --quiet default
		::ctrlaltdel:/usr/sbin/reboot
		::shutdown:/usr/sbin/openrc --quiet shutdown
	END
	for console in $(login_consoles); do
		echo "$console::respawn:$(login_on "$console")"
	done
}

login_consoles() {
	{
		[ ! -c /dev/tty1 ] || echo tty1
		consoles
	} | sort -u
}

# Rescue means a shell without a question.
login_on() {
	case $mode-$1 in
	shell-*) echo "-/bin/bash" ;;
	*-tty[0-9]*) echo "/usr/sbin/agetty --noclear $1 linux" ;;
	*) echo "/usr/sbin/agetty --keep-baud 115200,57600,38400,9600 $1 vt220" ;;
	esac
}
