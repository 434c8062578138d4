# shellcheck shell=sh
# Functions that all boot scripts share; the initrd carries a copy. The kernel command line is split
# at blanks, so a quoted value with blanks is cut. No argument that is read here contains blanks. The
# launcher may have added words: docs/boot-contract.md.

words_of_boot() {
	cat /proc/cmdline /run/haos/words 2>/dev/null
}

# Prints the value of the last `NAME=VALUE` on the kernel command line, because the kernel itself
# uses the last one. Fails without one.
argument() {
	found=
	for word in $(words_of_boot); do
		case $word in "$1="*) found=${word#*=} ;; esac
	done
	[ -n "$found" ] && echo "$found"
}

# Succeeds if the kernel command line contains this exact word.
has_word() {
	for word in $(words_of_boot); do
		[ "$word" = "$1" ] && return 0
	done
	return 1
}

# Prints the versions of haos, k3s and kernel that the links of slot $2 in the system directory $1
# name, such as `v1/-/6.12.1-v1`. A link to a version that is not there counts as none.
name_set() {
	set=
	for component in haos k3s kernel; do
		version=$(linked_version "$1/$component" "$2") || version=-
		set=$set/$version
	done
	echo "${set#/}"
}

# Prints the version that the link of slot $2 of the component at $1 names. The link may be absolute,
# as seen from another root.
linked_version() {
	version=$(readlink "$1/$2") || return
	version=${version%/}
	version=${version##*/}
	case $version in [!A-Za-z0-9]* | *[!A-Za-z0-9._+~-]*) return 1 ;; esac
	[ -n "$version" ] && [ ! -L "$1/$version" ] && [ -d "$1/$version" ] && echo "$version"
}

# `haos.debug` alone means true, as for every boolean key.
is_debug() {
	has_word haos.debug || [ "$(argument haos.debug)" = true ]
}

# Lists consoles with hardware behind them, such as `ttyS0`; tty0 is the screen, whose first
# terminal is tty1.
consoles() {
	for console in $(cat /sys/class/tty/console/active 2>/dev/null); do
		[ "$console" = tty0 ] && console=tty1
		[ -c "/dev/$console" ] && echo "$console"
	done | sort -u
}

# Prints to every console: /dev/console is only the last one named.
say() {
	for console in $(consoles); do
		echo "haos: $*" >"/dev/$console"
	done 2>/dev/null
	return 0
}

# Prints only with `haos.debug`, and also to the kernel log, which adds a time.
debug() {
	is_debug || return 0
	say "$*"
	echo "haos: $*" >/dev/kmsg
}

# Checks the file system on the device $1 before it is mounted; $2 is the log. A status below 4 means
# that it is in order now: e2fsck(8). Questions are answered with yes, because nodes have no operator
# at the console.
check_file_system() {
	make_private "$2"
	e2fsck -p "$1" >"$2" 2>&1
	[ $? -ge 4 ] || return 0
	say "warning: the file system on $1 is damaged and is being repaired"
	e2fsck -y "$1" >>"$2" 2>&1
	[ $? -lt 4 ] || say "warning: cannot repair the file system on $1; its log is in /run/haos"
}

# Creates an empty file that only root can read: the output of a phase may contain secrets of the
# configuration.
make_private() {
	(umask 077 && : >"$1")
}

# Fails with a reason for the caller.
refuse() {
	reason=$1
	return 1
}
