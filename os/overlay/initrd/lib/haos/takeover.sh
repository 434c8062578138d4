# shellcheck shell=sh
# Cleans up after a takeover: deletes what the previous distribution left on the disk. It may be
# interrupted at any moment: what booting needs is never touched, and the marker that requests the
# clean-up is deleted last.
#
# The marker, which `takeOver` of @haos/install writes, names the file system it was made for. So a
# copy on another disk deletes nothing:
#   haos-takeover 1
#   uuid UUID
#   then poweroff|reboot

# Cleans up the state partition at $1 on the device $2 and does not return. Without a marker it does
# nothing.
finish_takeover() {
	marker=$1/haos/system/takeover
	[ -e "$marker" ] || return 0
	is_meant_for "$2" || {
		say "warning: $marker names another file system than the one on $2; nothing was deleted"
		return 0
	}
	touch "$marker" || return 0 # read-only: the marker would request it again at each boot
	say "takeover: deleting files that do not belong to HAOS on $2"
	delete_foreign "$1" || say 'warning: some files cannot be deleted'
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

# GRUB loads its files from /boot/grub; the EFI partition is mounted beside it.
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
