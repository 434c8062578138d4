# shellcheck shell=sh
# A state partition that somebody made by hand has no system: the one that was started, from a medium or over the network, is
# copied to it, once. Nothing is replaced, and a version gets its name when it is whole; haos comes last, for what has none
# is copied again.

# Gives the state partition at $1 the system that was started, when it has none. Sets `reason` when it fails.
adopt_system() {
	system=$1/haos/system
	[ ! -L "$system/haos/current" ] || return 0
	started=/haos/system
	if ! has_system /; then
		mkdir -p /medium
		mount_medium /medium || refuse "the state partition has no system, and $reason" || return 1
		started=/medium/haos/system
	fi
	say 'the state partition has no system yet: the one that was started is copied to it'
	copy_system || refuse 'the system could not be copied to the state partition: is it large enough?' || return 1
	[ "$started" = /haos/system ] || umount /medium
}

copy_system() {
	if [ -e "$started/config.yaml" ] && [ ! -e "$system/config.yaml" ]; then
		copy_whole "$started" "$system" config.yaml || return 1
	fi
	for component in kernel k3s haos; do
		version=$(readlink "$started/$component/current") || continue
		copy_whole "$started/$component" "$system/$component" "$version" || return 1
		ln -sfn "$version" "$system/$component/current"
	done
	sync
}

# Copies $3 of the directory $1 to the directory $2, under its own name only when it is whole.
copy_whole() {
	[ ! -e "$2/$3" ] || return 0
	rm -rf "$2/.new-$3"
	mkdir -p "$2" && cp -a "$1/$3" "$2/.new-$3" && sync && mv "$2/.new-$3" "$2/$3"
}
