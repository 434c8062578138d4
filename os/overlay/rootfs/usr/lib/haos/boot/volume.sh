# shellcheck shell=sh
# The encrypted volume of a node: finding and checking it, asking for its passphrase, and making it
# again for a reset.

# What HAOS makes. A header may ask for no encryption at all, of the data or of a key slot, and then
# opens with any passphrase.
CIPHER=aes-xts-plain64

# Prints the partition that the state partition names: by its number on the same disk, and by the
# UUID of its header. So a volume on another disk is never asked for. While a reset makes the header
# again, its UUID may be missing.
find_volume() {
	state=$(findmnt -nvo SOURCE /.base)
	disk=$(readlink -f "/sys/class/block/${state##*/}/..")
	for partition in $(ls "$disk"); do
		[ "$(cat "$disk/$partition/partition" 2>/dev/null)" = "$number" ] || continue
		is_renewing || [ "$(cryptsetup luksUUID "/dev/$partition")" = "$uuid" ] || return 1
		echo "/dev/$partition" && return 0
	done
	return 1
}

is_renewing() {
	[ -e $SYSTEM/factory-reset ] && [ -e $SYSTEM/reset ]
}

# Succeeds if the header of the volume $1 asks for the encryption that HAOS sets.
is_ours() {
	header=$(cryptsetup luksDump --dump-json-metadata "$1") || return 1
	[ "$(printf %s "$header" | jq --arg cipher $CIPHER '
		(.segments | length == 1 and all(.[]; .type == "crypt" and .encryption == $cipher and .integrity == null))
		and (.keyslots | all(.[]; .type == "luks2" and .area.encryption == $cipher))')" = true ]
}

# Opens the volume $1 as $2 with what a person types. Tries again after a wrong passphrase. Fails
# with status 2 if the mode is shell and the answer is empty.
open_with_answer() {
	while :; do
		ask
		[ -n "$answer" ] || [ "$mode" != shell ] || return 2
		[ -n "$answer" ] || continue
		printf %s "$answer" | cryptsetup open --type luks2 --key-file=- "$1" "$2" 2>/run/haos/unlock.log
		case $? in
		0) return 0 ;;
		2) say 'This passphrase does not open the data.' ;;
		*) say "error: cannot open $1: $(tail -n 1 /run/haos/unlock.log)" && return 1 ;;
		esac
	done
}

# Sets `answer` to the first line that is typed on any console. The line passes through a pipe in
# memory.
ask() {
	pipe=/run/haos/answer readers=
	rm -f $pipe
	mkfifo -m 0600 $pipe
	for console in $(consoles); do
		listen "/dev/$console" &
		readers="$readers $!"
	done
	IFS= read -r answer <$pipe
	# shellcheck disable=SC2086 # a list of numbers
	kill $readers 2>/dev/null
	wait
	rm -f $pipe
	for console in $(consoles); do stty echo <"/dev/$console" && echo >"/dev/$console"; done 2>/dev/null
	answer=$(as_recovery_key "$answer")
}

# The terminal stays open from the question on: a serial line that is closed loses what is typed.
listen() {
	{
		stty -echo
		printf '\rhaos: Passphrase for the data of this node: '
		IFS= read -r line && printf '%s\n' "$line" >$pipe
	} <"$1" >"$1"
}

# Prints a recovery key without what people put between its groups; anything else as it is.
as_recovery_key() {
	key=$(printf %s "$1" | tr -d ' -')
	case $key in *[!cbdefghijklnrtuv]*) key= ;; esac
	[ ${#key} -ne 64 ] || set -- "$key"
	printf %s "$1"
}

# Destroys the key of the volume, so that the passphrase no longer opens the old data, and makes a
# new volume with the same passphrase. Only the system configuration is kept: until it is in the new
# volume, it lies encrypted in the file `reset` of the state partition. After a power cut the next
# boot continues from that file.
renew_volume() {
	keep_configuration || return 1
	say 'destroying the key of the data of this node, as haos reset requested'
	cryptsetup luksErase --batch-mode "$volume" 2>/dev/null
	make_volume "$volume" --label HAOS_DATA --uuid "$uuid" && open_volume "$volume" $NAME &&
		make_file_system $DATA && mkdir -p $PRIVATE /run/haos/kept && mount -t ext4 $DATA $PRIVATE &&
		mount -t ext4 -o ro /dev/mapper/haos-kept /run/haos/kept || return 1
	chmod 0700 $PRIVATE
	mkdir -p $PRIVATE/data
	copy_kept /run/haos/kept $PRIVATE || return 1
	umount /run/haos/kept $PRIVATE && cryptsetup close haos-kept && sync || return 1
	rm -f $SYSTEM/factory-reset && sync
}

# Succeeds if the configuration of the node is the link to the encrypted one that the installer made
# (packages/install/src/put-system.ts). Another one beside it could run any command.
is_linked() {
	[ "$(readlink "$SYSTEM/config.yaml")" = ../private/config.yaml ]
}

# Copies what a reset keeps: the configuration, and whether the TPM is to open the data.
copy_kept() {
	for file in config.yaml tpm; do
		[ ! -e "$1/$file" ] || cp -p "$1/$file" "$2/" || return 1
	done
}

# Forgets the kept configuration once no reset needs it. Its key goes first, because the blocks of
# the file stay on the disk.
drop_configuration() {
	[ -e $SYSTEM/reset ] && [ ! -e $SYSTEM/factory-reset ] || return 0
	cryptsetup luksErase --batch-mode $SYSTEM/reset
	rm -f $SYSTEM/reset
}

# Opens the file that keeps the configuration as haos-kept, and makes it if it is not complete.
keep_configuration() {
	if [ ! -e $SYSTEM/reset ]; then
		is_ours "$volume" && open_with_answer "$volume" $NAME || return 1
		rm -f $SYSTEM/reset.new
		truncate -s 32M $SYSTEM/reset.new && make_volume $SYSTEM/reset.new && open_volume $SYSTEM/reset.new haos-kept &&
			make_file_system /dev/mapper/haos-kept && mkdir -p /run/haos/kept $PRIVATE &&
			mount -t ext4 /dev/mapper/haos-kept /run/haos/kept && mount -t ext4 $DATA $PRIVATE || return 1
		copy_kept $PRIVATE /run/haos/kept || return 1
		umount /run/haos/kept $PRIVATE && cryptsetup close $NAME && sync && mv $SYSTEM/reset.new $SYSTEM/reset && sync
	else
		is_ours $SYSTEM/reset && open_with_answer $SYSTEM/reset haos-kept
	fi
}

# Makes a volume at $1 that `answer` opens; the other arguments are options. The memory for the
# passphrase is what a small machine has, too.
make_volume() {
	at=$1
	shift
	printf %s "$answer" | cryptsetup luksFormat --batch-mode --type luks2 --cipher $CIPHER --key-size 512 \
		--pbkdf argon2id --pbkdf-memory 131072 --key-file=- "$@" "$at"
}

open_volume() {
	printf %s "$answer" | cryptsetup open --type luks2 --key-file=- "$1" "$2"
}

make_file_system() {
	mkfs.ext4 -q -F -O ^metadata_csum_seed "$1"
}
