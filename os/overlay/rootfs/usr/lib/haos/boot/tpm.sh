# shellcheck shell=sh
# The key of the encrypted data that the TPM keeps. It opens the data without a question, and the
# TPM gives it away only
#  - to a boot image whose PCR 11 the owner's PCR key signed, between the words enter-initrd and
#    leave-initrd, which early boot measures: an upgrade has another PCR 11, signed with the same
#    key;
#  - while PCR 7 and 12 are as they were when it was sealed: the state and the keys of Secure Boot,
#    and what was added to the arguments of the boot image. Without PCR 7 another system, started
#    with Secure Boot off, could measure into PCR 11 what the boot image is known to measure;
#  - to a boot image with its floor or a higher one, which the PCR key signed as well. The floor
#    rises when a version with a higher one is confirmed;
#  - while a counter of the TPM is where it was when it was sealed. Raising it ends all earlier
#    keys, also those in a copy of the header.
# The commands are tpm2-tools'. Sessions are salted and encrypted, so that the key cannot be read on
# the wires of the TPM.

# What the signed initrd knows: the public PCR key and the signature of the boot image, and whether
# Secure Boot is on (os/overlay/signed/lib/haos/verity.sh).
PASSED=/run/haos/pcr
# Files of the commands, in memory. None of them has the key.
WORK=/run/haos/tpm
LITERAL=sha256:7,12

# The counter. Its handle is one of those that owners may use (TCG, Registry of Reserved TPM 2.0
# Handles). Root can raise and remove it. A new one begins above all that the TPM ever counted, so
# no earlier key comes back.
COUNTER=0x01884a05

# The key slot of the volume. A recovery key takes the first free one.
TPM_SLOT=31

# Seconds to wait for a TPM that the firmware announces.
TPM_WAIT=10

# The only door to the TPM.
tpm() {
	TPM2TOOLS_TCTI=device:/dev/tpmrm0 tpm2 "$@" 2>>/run/haos/tpm.log
}

quiet_tpm() {
	tpm "$@" >/dev/null
}

read_pcr() {
	cat "/sys/class/tpm/tpm0/pcr-sha256/$1" 2>/dev/null
}

has_tpm() {
	waited=0
	until [ -c /dev/tpmrm0 ]; do
		[ -e /sys/firmware/acpi/tables/TPM2 ] && [ "$waited" -lt $TPM_WAIT ] || return 1
		sleep 1
		waited=$((waited + 1))
	done
}

# Measures a word into PCR 11, as systemd does.
measure() {
	quiet_tpm pcrextend "11:sha256=$(printf %s "$1" | sha256sum | cut -d ' ' -f 1)"
}

# Begins the time in which the TPM gives the key away.
enter_initrd() {
	has_tpm && measure enter-initrd
}

# Ends it until the next start of the machine. Fails if the TPM answers and its PCR stayed the same.
leave_initrd() {
	has_tpm && before=$(read_pcr 11) && [ -n "$before" ] || return 0
	measure leave-initrd
	[ "$(read_pcr 11)" != "$before" ]
}

# Succeeds if the TPM can keep and give away a key in this boot; else sets `refusal`.
can_use_tpm() {
	refusal=
	if [ ! -s $PASSED/key.pem ] || [ ! -s $PASSED/signature.json ]; then
		refusal='the system was not started by a boot image that is signed for the TPM'
	elif [ "$(cat $PASSED/secure-boot)" != on ]; then
		refusal='Secure Boot is off, or the firmware takes new keys'
	elif ! has_tpm; then
		refusal='this machine shows no TPM 2.0'
	elif ! load_keys; then
		refusal='the TPM does not work as it should; see /run/haos/tpm.log'
	fi
	[ -z "$refusal" ]
}

# Loads the public key that must have signed the boot image.
load_keys() {
	mkdir -p -m 0700 $WORK
	jq -r '.sha256[0].pol' $PASSED/signature.json | tr a-f A-F | basenc -d --base16 >$WORK/approved &&
		make_parent '|noda' && quiet_tpm loadexternal -C o -G rsa -u $PASSED/key.pem -c $WORK/signer.ctx -n $WORK/signer.name
}

# Makes the key that sealed ones are stored under, which only this TPM can make, as the TCG's
# template for storage keys: without noda a power cut counts as a wrong password, and a few lock it.
make_parent() {
	quiet_tpm createprimary -C o -g sha256 -G ecc -c $WORK/parent.ctx \
		-a "restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth$1" &&
		quiet_tpm readpublic -c $WORK/parent.ctx -n $WORK/parent.name
}

# Makes the one that `key` is stored under. Keys of earlier versions have no count, and a parent
# without noda.
fit_parent() {
	[ -n "$(field_of "$key" count)" ] || make_parent ''
}

# Prints the counter in 16 digits; nothing if there is none.
read_count() {
	tpm nvread -C $COUNTER -s 8 $COUNTER | od -An -v -tx1 | tr -d ' \n'
}

# Ends all earlier keys. Makes the counter if there is none.
raise_count() {
	quiet_tpm nvincrement -C $COUNTER $COUNTER && return 0
	quiet_tpm nvdefine -C o -a 'authread|authwrite|no_da|nt=1' $COUNTER && quiet_tpm nvincrement -C $COUNTER $COUNTER
}

# Prints the floor of the boot image that runs.
own_floor() {
	jq '.floors | length' $PASSED/signature.json
}

# Prints the floor of the key $1: 0 if it has none, as keys of earlier versions.
floor_of() {
	printf %s "$1" | jq '[.floor | numbers | floor][0] // 0'
}

# Takes the name of the floor $1, as the PCR key signed it (os/src/pcr-signature.ts).
take_floor() {
	: >$WORK/reference
	[ "$1" -eq 0 ] || printf 'haos-floor-%s' "$1" >$WORK/reference
}

# Takes what the PCR key signed for the floor $1; fails if the boot image is below it.
take_signature() {
	take_floor "$1" && cat $WORK/approved $WORK/reference >$WORK/message &&
		jq -r --argjson floor "$1" 'if $floor == 0 then .sha256[0].sig else .floors[$floor - 1] // empty end' \
			$PASSED/signature.json | base64 -d >$WORK/signature && [ -s $WORK/signature ]
}

# Prints what a key is sealed to, of this boot.
describe_boot() {
	jq -n -c --arg parent "$(base64 -w 0 $WORK/parent.name)" --arg signer "$(base64 -w 0 $WORK/signer.name)" \
		--arg pcrs "$(read_pcr 7) $(read_pcr 12)" '{parent: $parent, signer: $signer, pcrs: $pcrs}'
}

# Opens the volume $1 as $2 with the key in the TPM. Fails if it has none there; with a `refusal` if
# the TPM does not give it away.
open_with_tpm() {
	refusal=
	read_token "$1" && can_use_tpm || return 1
	choose_key
	unseal | cryptsetup open --type luks2 --key-slot $TPM_SLOT --key-file=- "$1" "$2" 2>>/run/haos/tpm.log && return 0
	refusal=$(explain_refusal)
	return 1
}

# Sets `token` to what the header of the volume $1 has of the key.
read_token() {
	token=$(cryptsetup luksDump --dump-json-metadata "$1" | jq -c '[.tokens[] | select(.type == "haos-tpm")][0] // empty')
	[ -n "$token" ]
}

field_of() {
	printf %s "$1" | jq -r --arg name "$2" '.[$name] // empty'
}

# Sets `key` to the key of `token` that counts: the next one, once the counter was raised for it.
choose_key() {
	key=$(printf %s "$token" | jq -c --arg now "$(read_count)" 'if .next and $now >= .next.count then .next else . end')
}

# Prints the secret of `key`.
unseal() {
	fit_parent && field_of "$key" public | base64 -d >$WORK/public && field_of "$key" private | base64 -d >$WORK/private &&
		quiet_tpm load -C $WORK/parent.ctx -u $WORK/public -r $WORK/private -c $WORK/sealed.ctx &&
		meet_policy "$(floor_of "$key")" "$(field_of "$key" count)" &&
		tpm unseal -c $WORK/sealed.ctx -p session:$WORK/session.ctx && quiet_tpm flushcontext $WORK/session.ctx
}

# Makes a session that meets the policy of a key with the floor $1 and the count $2, if this boot
# does.
meet_policy() {
	take_signature "$1" &&
		quiet_tpm verifysignature -c $WORK/signer.ctx -g sha256 -f rsassa -m $WORK/message -s $WORK/signature -t $WORK/ticket &&
		quiet_tpm startauthsession --policy-session --tpmkey-context $WORK/parent.ctx -S $WORK/session.ctx &&
		quiet_tpm sessionconfig $WORK/session.ctx --enable-encrypt &&
		quiet_tpm policypcr -S $WORK/session.ctx -l sha256:11 &&
		quiet_tpm policyauthorize -S $WORK/session.ctx -i $WORK/approved -q $WORK/reference -n $WORK/signer.name -t $WORK/ticket &&
		require_count $WORK/session.ctx "$2" && quiet_tpm policypcr -S $WORK/session.ctx -l $LITERAL
}

# Adds to the policy of the session $1 that the counter is $2. Keys of earlier versions have no
# count.
require_count() {
	[ -n "$2" ] || return 0
	printf %s "$2" | tr a-f A-F | basenc -d --base16 >$WORK/count &&
		quiet_tpm policynv -S "$1" -i $WORK/count $COUNTER eq
}

# Says what differs from the boot in which `key` was sealed.
explain_refusal() {
	now=$(describe_boot)
	if differs parent; then
		echo 'this is another TPM than before, or it was cleared'
	elif differs signer; then
		echo 'another PCR key than before signed this boot image'
	elif [ "$(floor_of "$key")" -gt "$(own_floor)" ]; then
		echo "$BELOW"
	elif [ -n "$(field_of "$key" count)" ] && [ "$(field_of "$key" count)" != "$(read_count)" ]; then
		echo 'the key on the disk is not the last one that the TPM got'
	elif differs pcrs; then
		echo 'the state or the keys of Secure Boot, or the kernel arguments, changed'
	else
		echo 'this is not the boot image that its PCR key signed'
	fi
}

BELOW='this version is below the floor: a later one was confirmed'

# Succeeds if the field $1 of `key` is not that of this boot, in `now`.
differs() {
	[ "$(field_of "$key" "$1")" != "$(field_of "$now" "$1")" ]
}

# Puts a new random key for the volume $1, which `answer` opens, into the TPM, in place of the one
# before, with the floor of this version. The key is tried at once. Sets `refusal` if it fails.
seal_key() {
	can_use_tpm || return 1
	! is_below_floor "$1" || { refusal=$BELOW && return 1; }
	floor=$(own_floor)
	refusal='this is not the boot image that its PCR key signed'
	meet_policy "$floor" '' && quiet_tpm flushcontext $WORK/session.ctx || return 1
	refusal='the TPM takes no key; see /run/haos/tpm.log'
	raise_count && count=$(read_count) && [ -n "$count" ] || return 1
	drop_sealed "$1"
	secret=$(head -c 32 /dev/random | base64 -w 0)
	seal_secret "$floor" "$count" && add_secret "$1" && token= && write_token "$1" "$(describe_key "$floor" "$count")" &&
		read_token "$1" && key=$token && try_key "$1" && refusal= && return 0
	drop_sealed "$1"
	return 1
}

# Succeeds if a later version confirmed its floor, and the TPM still opens the volume $1 for it. What
# the header says of it is only a hint, but without the passphrase no other key is sealed.
is_below_floor() {
	read_token "$1" || return 1
	choose_key
	fit_parent && now=$(describe_boot) && ! differs parent && ! differs signer && [ "$(floor_of "$key")" -gt "$(own_floor)" ]
}

# Prepares for the moment in which the version that runs is confirmed: then the key of the volume $1
# is for its floor, and all earlier keys end. Until then the version before has its key. Writes the
# floor to /run/haos/tpm-floor, and behind it the one that is prepared.
prepare_floor() {
	read_token "$1" && [ -s $PASSED/signature.json ] || return 0
	choose_key
	[ "$key" = "$token" ] || write_token "$1" "$key" || return 0
	floor=$(floor_of "$key") own=$(own_floor)
	[ "$own" -ge "$floor" ] || own=$floor
	prepared=
	[ "$own" -eq "$floor" ] && [ -n "$(field_of "$key" count)" ] || ! prepare_key "$1" || prepared=" $own"
	echo "$floor$prepared" >/run/haos/tpm-floor
}

# Seals the secret of `key` once more, for the floor `own` and the count that is next.
prepare_key() {
	count=$(read_count)
	[ -n "$count" ] || { raise_count && count=$(read_count) && [ -n "$count" ]; } || return 1
	count=$(printf %016x $((0x$count + 1)))
	next=$(printf %s "$key" | jq -c '.next // {}')
	[ "$(floor_of "$next")" -ne "$own" ] || [ "$(field_of "$next" count)" != "$count" ] || return 0
	can_use_tpm && secret=$(unseal) && seal_secret "$own" "$count" &&
		next=$(describe_key "$own" "$count") && write_token "$1" "$(printf %s "$key" | jq -c --argjson next "$next" '. + {next: $next}')"
}

# Raises the floor to the one that early boot prepared, if it did. From here on the key that was
# prepared is the only one, and the next boot finds it.
raise_floor() {
	read -r floor next </run/haos/tpm-floor && [ -n "$next" ] || return 0
	raise_count && echo "$next" >/run/haos/tpm-floor
}

# Seals `secret` with the floor $1 and the count $2.
seal_secret() {
	make_parent '|noda' && take_floor "$1" && quiet_tpm startauthsession -S $WORK/trial.ctx &&
		quiet_tpm policyauthorize -S $WORK/trial.ctx -q $WORK/reference -n $WORK/signer.name &&
		require_count $WORK/trial.ctx "$2" &&
		quiet_tpm policypcr -S $WORK/trial.ctx -l $LITERAL -L $WORK/policy &&
		quiet_tpm flushcontext $WORK/trial.ctx &&
		quiet_tpm startauthsession --hmac-session --tpmkey-context $WORK/parent.ctx -S $WORK/session.ctx &&
		quiet_tpm sessionconfig $WORK/session.ctx --enable-decrypt &&
		printf %s "$secret" | quiet_tpm create -C $WORK/parent.ctx -P session:$WORK/session.ctx -L $WORK/policy \
			-a 'fixedtpm|fixedparent|noda' -i - -u $WORK/public -r $WORK/private &&
		quiet_tpm flushcontext $WORK/session.ctx
}

# Two secrets go to cryptsetup through two pipes. A random key needs no slow derivation.
add_secret() {
	printf %s "$secret" | {
		exec 3<&0
		printf %s "$answer" | cryptsetup luksAddKey --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
			--new-key-slot $TPM_SLOT --key-file=- "$1" /proc/self/fd/3 2>>/run/haos/tpm.log
	}
}

# Succeeds if the TPM gives the secret of `key` away, and it opens the volume $1.
try_key() {
	unseal | cryptsetup open --test-passphrase --type luks2 --key-slot $TPM_SLOT --key-file=- "$1" 2>>/run/haos/tpm.log
}

# Prints what was just sealed, with the floor $1 and the count $2.
describe_key() {
	describe_boot | jq -c --argjson floor "$1" --arg count "$2" --arg public "$(base64 -w 0 $WORK/public)" \
		--arg private "$(base64 -w 0 $WORK/private)" \
		'. + {floor: $floor, count: $count, public: $public, private: $private}'
}

# Writes the key $2 to the header of the volume $1, in place of the one that is there.
write_token() {
	id=$(list_tokens "$1" | head -n 1)
	# shellcheck disable=SC2086 # two options, or none
	printf %s "$2" | jq -c --arg slot $TPM_SLOT '. + {type: "haos-tpm", keyslots: [$slot]}' |
		cryptsetup token import ${id:+--token-id $id --token-replace} --json-file=- "$1" 2>>/run/haos/tpm.log
}

list_tokens() {
	cryptsetup luksDump --dump-json-metadata "$1" | jq -r '.tokens | to_entries[] | select(.value.type == "haos-tpm") | .key'
}

# Removes the sealed key of the volume $1, also one that a power cut left without its other half.
drop_sealed() {
	for id in $(list_tokens "$1"); do
		cryptsetup token remove --token-id "$id" "$1"
	done
	cryptsetup luksKillSlot --batch-mode "$1" $TPM_SLOT
} 2>/dev/null
