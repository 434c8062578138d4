# shellcheck shell=sh
# What is persistent is removed when `haos reset` asked for it: files beside the components say so. It is renamed first, so that whenever
# the power goes there are the old data or none, never a part; what is renamed is removed at this boot or the next.

# Data go to `data.old`; the local directory, which makes the node this node, stays when this happens at every boot.
reset_data() {
	haos=$1
	marker=$haos/system/factory-reset
	rm -rf "$haos/data.old"
	if [ -e "$marker" ]; then
		say 'the data of this node are removed, as haos reset asked for'
		rm -rf "$haos/data.new"
		set_aside && rm -f "$marker"
	elif [ -e "$haos/system/ephemeral" ]; then
		debug 'the data of the last boot are removed'
		keep_local && set_aside
	fi || say 'warning: the data could not be removed'
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

# A copy: until the rename the data are whole.
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
