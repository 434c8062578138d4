# shellcheck shell=sh
# What init starts. There is a login on the screen and on every console with hardware behind it. A
# login does not wait for the default runlevel: a missing network must not prevent it.

# Without services of the configuration there is no runlevel sysinit: what it would prepare is there,
# and OpenRC 0.56 computes all dependencies again in it.
write_inittab() {
	[ -z "$(ls "${runlevels:-/etc/runlevels}/sysinit")" ] ||
		echo '::sysinit:/usr/sbin/openrc --quiet sysinit'
	cat <<-END
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

# Rescue gives a shell without a login.
login_on() {
	case $mode-$1 in
	shell-*) echo "-/bin/bash" ;;
	*-tty[0-9]*) echo "/usr/sbin/agetty --noclear $1 linux" ;;
	*) echo "/usr/sbin/agetty --keep-baud 115200,57600,38400,9600 $1 vt220" ;;
	esac
}
