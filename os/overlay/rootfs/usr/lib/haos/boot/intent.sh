# shellcheck shell=sh
# Settles an interrupted upgrade. The initrd carries a copy.

# An upgrade moves the links of all components as one: `intent` records their old and new targets,
# and this chooses one of the two sides. The kernel that the boot loader loaded cannot change any
# more, so its set wins (docs/upgrading.md).
settle_intent() {
	system=$1
	intent=$system/intent
	running=$(running_kernel)
	[ -e "$intent" ] || return 0
	side=
	is_intent && side=$(choose_side)
	debug "an upgrade was interrupted; its links: ${side:-unchanged}"
	# The links must be on the disk, where the boot loader reads them, before the intent is removed.
	[ -z "$side" ] || link_side "$side"
	rm -f "$intent"
	sync
}

# Prints the version of the kernel that the boot loader loaded. The boot loader reads the file
# system without its journal: after a power cut it may have followed the old link. The kernel
# release shows which: a version is that release, or that release plus `-` and a suffix.
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

# A trial boot makes the new side more likely. A side with a missing version is not valid.
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

# The columns after the name: current and previous before, current and previous after; `-` means no
# version.
version_of() {
	case $2-$3 in
	before-current) column=2 ;;
	before-previous) column=3 ;;
	after-current) column=4 ;;
	*) column=5 ;;
	esac
	[ ! -e "$intent" ] || awk -v name="$1" -v column="$column" '$1 == name { print $column }' "$intent"
}

# A rename replaces each link, so that the boot loader finds either the old or the new one. The
# links of one slot reach the disk before those of the other move.
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
