# shellcheck shell=sh
# What all boot scripts share; the initrd carries a copy. Words of the kernel command line are split at blanks, so a quoted
# value with blanks is cut: none of the arguments that are read here has any.

# The value of the last `NAME=VALUE` on the kernel command line, as the kernel itself takes the last; fails without one.
argument() {
	found=
	for word in $(cat /proc/cmdline); do
		case $word in "$1="*) found=${word#*=} ;; esac
	done
	[ -n "$found" ] && echo "$found"
}

# Whether a word stands on the kernel command line as it is.
has_word() {
	for word in $(cat /proc/cmdline); do
		[ "$word" = "$1" ] && return 0
	done
	return 1
}

# The versions of haos, k3s and kernel that the links of slot $2 in the system directory $1 name, such as `v1/-/6.12.1-v1`.
name_set() {
	set=
	for component in haos k3s kernel; do
		version=$(readlink "$1/$component/$2") || version=-
		set=$set/${version##*/}
	done
	echo "${set#/}"
}

# `haos.debug` alone means true, as every boolean key does.
is_debug() {
	has_word haos.debug || [ "$(argument haos.debug)" = true ]
}

# Consoles that have hardware behind them, such as `ttyS0`; tty0 is the screen, whose first terminal is tty1.
consoles() {
	for console in $(cat /sys/class/tty/console/active 2>/dev/null); do
		[ "$console" = tty0 ] && console=tty1
		[ -c "/dev/$console" ] && echo "$console"
	done | sort -u
}

# Tells whoever watches, on whichever console: /dev/console is only the last one named.
say() {
	for console in $(consoles); do
		echo "haos: $*" >"/dev/$console"
	done 2>/dev/null
	return 0
}

# Only with `haos.debug`; also into the kernel's log, where it has a time.
debug() {
	is_debug || return 0
	say "$*"
	echo "haos: $*" >/dev/kmsg
}

# Makes an empty file that only root reads: what a phase prints may have secrets of the configuration in it.
make_private() {
	(umask 077 && : >"$1")
}

# Fails, and tells whoever asks why.
refuse() {
	reason=$1
	return 1
}
