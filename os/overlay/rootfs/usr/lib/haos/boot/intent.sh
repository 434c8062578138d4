# shellcheck shell=sh
# What an interrupted upgrade left. The initrd carries a copy.

# An upgrade moves the links of all components as one: `intent` says what they were and are to be, and one of the two sides is
# chosen here. The kernel that the boot loader took cannot be changed any more, so its set wins (docs/upgrading.md).
settle_intent() {
	system=$1
	intent=$system/intent
	running=$(running_kernel)
	[ -e "$intent" ] || return 0
	side=
	is_intent && side=$(choose_side)
	debug "an upgrade was interrupted; its side ${side:-that is there} is taken"
	# The links are where the boot loader reads them before nothing says any more that they may not be.
	[ -z "$side" ] || link_side "$side"
	rm -f "$intent"
	sync
}

# The version of the kernel that the boot loader took. It reads the file system without the journal: after a power cut it may have
# followed the link as it was before, which the release of the kernel tells: a version is that release, or that and what a `-` joins.
running_kernel() {
	release=$(uname -r)
	linked=$(readlink "$system/kernel/$slot")
	linked=${linked##*/}
	for version in "$linked" $(version_of kernel before "$slot") $(version_of kernel after "$slot"); do
		case $version in "$release" | "$release"-*) echo "$version" && return 0 ;; esac
	done
	echo "$linked"
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
	[ ! -e "$intent" ] || awk -v name="$1" -v column="$column" '$1 == name { print $column }' "$intent"
}

# Each link is replaced by a rename, so that the boot loader finds the old one or the new one. The links of one slot have reached the disk
# before those of the other are moved.
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
		sync
	done
}
