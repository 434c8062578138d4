# shellcheck shell=sh
# Removes the persistent data if `haos reset` requested it, with marker files beside the components.
# The data are renamed first, so that a power cut leaves the complete old data or none. The renamed
# data are deleted at this boot or the next.

# $1 has the system, $2 the data: the same directory, or the encrypted one. The data become
# `data.old`. If this happens at every boot, the local directory, which holds the node's identity,
# stays.
reset_data() {
	marker=$1/system/factory-reset every_boot=$1/system/ephemeral
	haos=$2
	rm -rf "$haos/data.old"
	if [ -e "$marker" ]; then
		say 'deleting the data of this node, as haos reset requested'
		rm -rf "$haos/data.new"
		set_aside && rm -f "$marker"
	elif [ -e "$every_boot" ]; then
		debug 'deleting the data of the last boot'
		keep_local && set_aside
	fi || say 'warning: cannot delete the data'
	# An earlier boot may have been interrupted between the two renames.
	[ -e "$haos/data" ] || [ ! -e "$haos/data.new" ] || mv "$haos/data.new" "$haos/data"
	rm -rf "$haos/data.new"
	sync
	rm -rf "$haos/data.old"
}

set_aside() {
	[ ! -e "$haos/data" ] || mv "$haos/data" "$haos/data.old" || return 1
	sync
}

# Copies the identity: until the rename the old data are complete.
keep_local() {
	[ -e "$haos/data" ] || return 0
	rm -rf "$haos/data.new"
	for path in rancher/HAOS 1898andCo/HAOS dbus/machine-id; do
		[ -e "$haos/data/var/lib/$path" ] || continue
		to=$haos/data.new/var/lib/${path%/*}
		mkdir -p "$to" && cp -a "$haos/data/var/lib/$path" "$to/" || return 1
	done
	sync
}
