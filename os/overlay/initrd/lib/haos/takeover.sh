# shellcheck shell=sh
# The clean-up after a takeover: the disk is this node's now, and what the distribution before left on it goes. It may be cut
# off at any moment: what is needed to boot is never touched, and the marker that asks for it goes last.
#
# The marker, written by `takeOver` of @haos/install, names the file system it was made for, so that in a copy on another
# disk nothing is deleted:
#   haos-takeover 1
#   uuid UUID
#   then poweroff|reboot

# Cleans up the state partition at $1 of the device $2, and then does not return. Without a marker it does nothing.
finish_takeover() {
	marker=$1/haos/system/takeover
	[ -e "$marker" ] || return 0
	is_meant_for "$2" || {
		say "warning: $marker is not for the file system on $2; nothing was deleted"
		return 0
	}
	touch "$marker" || return 0 # read-only: it would ask again at each boot
	say "takeover: deleting what is not of HAOS on $2"
	delete_foreign "$1" || say 'warning: not everything could be deleted'
	sync
	next=$(read_marker then)
	rm "$marker"
	sync
	leave_takeover "$1"
}

is_meant_for() {
	[ "$(sed -n 1p "$marker")" = 'haos-takeover 1' ] || return 1
	uuid=$(read_marker uuid)
	[ -n "$uuid" ] && [ "$(find_device "UUID=$uuid")" = "$1" ]
}

read_marker() {
	sed -n "s/^$1 //p" "$marker"
}

# GRUB starts from its directory below /boot; the partition of EFI is mounted beside it.
delete_foreign() {
	find "$1" -mindepth 1 -maxdepth 1 ! -name haos ! -name boot ! -name lost+found -exec rm -rf {} + &&
		find "$1/boot" -mindepth 1 -maxdepth 1 ! -name grub ! -name efi -exec rm -rf {} +
}

leave_takeover() {
	umount "$1"
	say "takeover: done, ${next:=poweroff}"
	[ "$next" = reboot ] || next=poweroff
	"$next" -f
}
