# shellcheck shell=sh
# Only a signed boot image has this script and the directory /verity: the modules of dm-verity in
# the order of loading; the versions of haos and of the kernel that it belongs to; for each image a
# file with the number of its blocks of 4 KiB, the salt and the root of the hash tree that follows
# the blocks; and the checksums of k3s. The signature covers them. So nothing on a disk or on the
# kernel command line changes what they ask for.

is_verified=true
read -r verified_haos verified_kernel </verity/set

# Loads the modules. systemd-boot passes the name of the entry that it started, without its count,
# and the path of an entry that it counts, with the new count: docs/boot-contract.md. An entry
# without tries, which a person chose, is counted on, but is not on trial.
prepare_verified() {
	for module in $(ls /verity/modules); do insmod "/verity/modules/$module"; done
	mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null
	entry=$(loader_variable LoaderEntrySelected | tr 'A-Z' 'a-z')
	mkdir -p /run/haos
	case $(loader_variable LoaderBootCountPath) in
	*+1-1.efi | *+0-2.efi) echo haos.trial >/run/haos/words ;;
	esac
}

# Prints a variable of the Boot Loader Interface: four bytes of attributes, then UTF-16. Through a
# pipe, because such a file cannot be sought in.
loader_variable() {
	cat "/sys/firmware/efi/efivars/$1-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f" 2>/dev/null | tail -c +5 | tr -d '\0'
}

# Passes to the new root what its scripts cannot read: what systemd's stub took from the boot image
# for the TPM, whether Secure Boot is on, and the checksums of k3s.
pass_signed() {
	passed=$sysroot/run/haos/pcr
	mkdir -p -m 0700 "$passed"
	cp /verity/k3s $sysroot/run/haos/k3s-signed
	[ ! -e /.extra/tpm2-pcr-public-key.pem ] || cp /.extra/tpm2-pcr-public-key.pem "$passed/key.pem"
	[ ! -e /.extra/tpm2-pcr-signature.json ] || cp /.extra/tpm2-pcr-signature.json "$passed/signature.json"
	case $(global_byte SecureBoot)$(global_byte SetupMode) in 10) echo on ;; *) echo off ;; esac >"$passed/secure-boot"
}

# Prints the byte of a variable of the UEFI specification, 3.3.
global_byte() {
	cat "/sys/firmware/efi/efivars/$1-8be4df61-93ca-11d2-aa0d-00e098032b8c" 2>/dev/null | tail -c +5 | od -An -tu1 | tr -d ' '
}

# Ends the time in which the TPM gives keys away. Also without encrypted data: then a disk that is
# not the node's may decide what runs.
close_tpm() {
	chroot $sysroot /usr/lib/haos/boot/leave-initrd || refuse 'the TPM does not take the end of early boot'
}

# The kernel is in the boot image, so its version is known.
running_kernel() {
	echo "$verified_kernel"
}

# Finds the slot that the boot loader started: that of its entry, or else one that has these
# versions. The links choose k3s only: which images are mounted, the boot image says.
match_slot() {
	slot=current exact=
	for of in previous current; do
		set=$(name_set /.base/haos/system $of)
		case $set in "$verified_haos"/*/"$verified_kernel") ;; *) continue ;; esac
		slot=$of
		! is_entry_of "$set" || exact=$of
	done
	slot=${exact:-$slot}
	k3s=$(linked_version /.base/haos/system/k3s "$slot") || k3s=-
	set_of_boot=$verified_haos/$k3s/$verified_kernel
	echo "haos.slot=$slot" >>/run/haos/words
}

# The name of an entry is haos-NUMBER-SET.efi, with the set in characters that FAT allows.
is_entry_of() {
	id=${entry%.efi}
	[ "${id#haos-*-}" = "$(echo "$1" | tr '/+A-Z' ',#a-z')" ]
}

# Mounts the image $2 on the directory $3 if it is the one that /verity/$1 describes. The first
# block tells another image or another tree, which a person may have copied by mistake. A
# difference that is read later stops the kernel, because a program that lacks a block could do
# anything.
mount_verified() {
	read -r blocks salt root <"/verity/$1" || refuse "this boot image does not know the image $1" || return 1
	is_damaged=true
	[ -f "$2" ] || refuse "$2 is missing" || return 1
	loop=$(losetup -f) && losetup -r "$loop" "$2" || refuse "$2 cannot be opened" || return 1
	open_verified haos-probe && read_probe || refuse "$2 differs from the image that was signed" || return 1
	dmsetup remove haos-probe
	is_damaged=
	open_verified "haos-$1" 1 panic_on_corruption || refuse "$2 cannot be verified" || return 1
	mount -t squashfs -o ro,nodev "/dev/mapper/haos-$1" "$3" || refuse "$2 cannot be mounted"
}

# If the last boot did not end cleanly, a changed block may have stopped it, and would stop this
# one. So the whole image is read.
read_probe() {
	blocks_read=count=1
	! grep -qs 'recovering journal' /run/e2fsck.log || blocks_read=
	# shellcheck disable=SC2086 # one operand, or none
	dd if=/dev/mapper/haos-probe of=/dev/null bs=4096 $blocks_read 2>/dev/null
}

# Opens the device $1. The other arguments are options of dm-verity. The UUID has the root of the
# tree for `haos status`. There is no udev here that makes the node.
open_verified() {
	name=$1
	shift
	DM_DISABLE_UDEV=1 dmsetup create "$name" --readonly --uuid "HAOS-VERITY-$name-$root" --table \
		"0 $((blocks * 8)) verity 1 $loop $loop 4096 4096 $blocks $blocks sha256 $root $salt $*"
}

# A shell would let a person at the console run what was not verified.
leave_verified() {
	next='This system starts only if it is the one that was signed.'
	[ -z "${is_damaged:-}" ] || ! retire_entry || next='The other version starts next.'
	say "$next The machine restarts in 30 s."
	sleep 30
	reboot -f
}

# Takes the entry of this boot out of what systemd-boot prefers, if another one is left. A version
# on trial does not get here: its boots are counted.
retire_entry() {
	mount_esp || return 1
	own= other=
	for file in $(ls /esp/EFI/Linux); do
		case $file in
		haos-*+0.efi | haos-*+0-*.efi) ;;
		haos-*.efi) [ "$(echo "$file" | tr 'A-Z' 'a-z')" = "$entry" ] && own=$file || other=$file ;;
		esac
	done
	[ -n "$own" ] && [ -n "$other" ] && mv "/esp/EFI/Linux/$own" "/esp/EFI/Linux/${own%.efi}+0-2.efi"
	is_retired=$?
	umount /esp
	sync
	return $is_retired
}

# The EFI system partition is on the disk of the state partition.
mount_esp() {
	mkdir -p /esp
	disk=$(readlink -f "/sys/class/block/${device##*/}/..")
	for partition in $(ls "$disk"); do
		[ -e "$disk/$partition/partition" ] || continue
		mount -t vfat "/dev/$partition" /esp 2>/dev/null || continue
		[ ! -d /esp/EFI/Linux ] || return 0
		umount /esp
	done
	return 1
}
