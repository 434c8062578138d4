# shellcheck shell=sh
# The state partition: found, checked, mounted at /.base, and what an interrupted upgrade left on it settled. `reason` says
# why it failed.

mount_state() {
	reason='no state partition appeared'
	waited=0
	until device=$(find_state); do
		[ "$waited" -ge "$WAIT" ] && return 1
		sleep 1
		waited=$((waited + 1))
		load_for_devices
	done
	debug "state partition $device"
	check_state "$device"
	mount -t ext4 -o noatime "$device" /.base || mount -t ext4 -o ro "$device" /.base ||
		refuse "the state partition $device cannot be mounted" || return 1
	finish_takeover /.base "$device"
	settle_intent /.base/haos/system
	[ "$mode" != disk ] || reset_data /.base/haos
	is_persistent=true
}

# Statuses below 4 mean that it is well now: e2fsck(8). What needs an answer is answered with yes: nobody stands before a node.
check_state() {
	e2fsck -p "$1" >/run/e2fsck.log 2>&1
	[ $? -ge 4 ] || return 0
	say "warning: the file system on $1 is damaged and is being repaired"
	e2fsck -y "$1" >>/run/e2fsck.log 2>&1
	[ $? -lt 4 ] || say "warning: the file system on $1 could not be repaired"
}

# An upgrade moves the links of all components as one: `intent` says what they were and are to be, and one of the two sides is
# chosen here. The kernel that the boot loader took cannot be changed any more, so its set wins (docs/upgrading.md).
settle_intent() {
	system=$1
	intent=$system/intent
	running=$(readlink "$system/kernel/$slot")
	running=${running##*/}
	[ -e "$intent" ] || return 0
	side=
	is_intent && side=$(choose_side)
	debug "an upgrade was interrupted; its side ${side:-that is there} is taken"
	[ -z "$side" ] || link_side "$side"
	rm -f "$intent"
	sync
}

is_intent() {
	awk 'NR == 1 { first = $0 } { last = $0 }
		NF == 5 && /^(haos|k3s|kernel) / && !($1 in seen) { seen[$1]; count++ }
		END { exit !(first == "haos-intent 1" && last == "end" && count == 3) }' "$intent"
}

# Whether GRUB booted a set on trial tells which side is more likely; a side with a version that is not there is none.
choose_side() {
	sides='before after'
	! has_word haos.trial || sides='after before'
	for side in $sides; do is_whole "$side" && is_running "$side" && echo "$side" && return 0; done
	for side in $sides; do is_whole "$side" && echo "$side" && return 0; done
}

is_whole() {
	for component in haos k3s kernel; do
		for of in current previous; do
			version=$(version_of "$component" "$1" "$of")
			[ "$version" = - ] || [ -d "$system/$component/$version" ] || return 1
		done
	done
}

is_running() {
	version=$(version_of kernel "$1" "$slot")
	[ -z "$running" ] || [ "$version" = - ] || [ "$version" = "$running" ]
}

# The columns after the name: current and previous before, current and previous after; `-` is none.
version_of() {
	case $2-$3 in
	before-current) column=2 ;;
	before-previous) column=3 ;;
	after-current) column=4 ;;
	*) column=5 ;;
	esac
	awk -v name="$1" -v column="$column" '$1 == name { print $column }' "$intent"
}

# Each link is replaced by a rename, so that the boot loader finds the old one or the new one.
link_side() {
	for of in previous current; do
		for component in haos k3s kernel; do
			link=$system/$component/$of
			version=$(version_of "$component" "$1" "$of")
			rm -f "$link.new"
			if [ "$version" = - ]; then
				rm -f "$link"
			else
				ln -s "$version" "$link.new" && mv -T "$link.new" "$link"
			fi
		done
	done
}
