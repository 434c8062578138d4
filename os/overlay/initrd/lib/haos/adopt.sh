# shellcheck shell=sh
# A state partition that was made by hand has no system. The system that was booted, from a medium
# or over the network, is copied to it once. Nothing is replaced, and a version gets its name only
# when it is complete. haos is copied last: if it is missing, the copy starts again.

# Copies the booted system to the state partition at $1 if that has none. Sets `reason` if it fails.
adopt_system() {
	system=$1/haos/system
	[ ! -L "$system/haos/current" ] || return 0
	started=/haos/system
	if ! has_system /; then
		mkdir -p /medium
		mount_medium /medium || refuse "the state partition has no system, and $reason" || return 1
		started=/medium/haos/system
	fi
	say 'the state partition has no system yet: copying the booted system to it'
	copy_system || refuse 'cannot copy the system to the state partition; check that it is large enough' || return 1
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

# Copies $3 from the directory $1 to the directory $2. The copy gets its name only when it is
# complete.
copy_whole() {
	[ ! -e "$2/$3" ] || return 0
	rm -rf "$2/.new-$3"
	mkdir -p "$2" && cp -a "$1/$3" "$2/.new-$3" && sync && mv "$2/.new-$3" "$2/$3"
}
