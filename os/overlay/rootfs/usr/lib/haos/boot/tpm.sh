# shellcheck shell=sh
# The key of the encrypted data that the TPM keeps. It opens the data without a question, and the
# TPM gives it away only
#  - to a boot image whose PCR 11 the owner's PCR key signed, between the words enter-initrd and
#    leave-initrd, which early boot measures: an upgrade has another PCR 11, signed with the same
#    key;
#  - while PCR 7 and 12 are as they were when it was sealed: the state and the keys of Secure Boot,
#    and what was added to the arguments of the boot image. Without PCR 7 another system, started
#    with Secure Boot off, could measure into PCR 11 what the boot image is known to measure.
# The commands are tpm2-tools'. Sessions are salted and encrypted, so that the key cannot be read on
# the wires of the TPM.

# What the signed initrd knows: the public PCR key and the signature of the boot image, and whether
# Secure Boot is on (os/overlay/signed/lib/haos/verity.sh).
PASSED=/run/haos/pcr
# Files of the commands, in memory. None of them has the key.
WORK=/run/haos/tpm
LITERAL=sha256:7,12

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

# Makes the key that sealed ones are stored under, which only this TPM can make, and loads the
# public key that must have signed the boot image.
load_keys() {
	mkdir -p -m 0700 $WORK
	jq -r '.sha256[0].sig' $PASSED/signature.json | base64 -d >$WORK/signature &&
		jq -r '.sha256[0].pol' $PASSED/signature.json | tr a-f A-F | basenc -d --base16 >$WORK/approved &&
		quiet_tpm createprimary -C o -g sha256 -G ecc -c $WORK/parent.ctx &&
		quiet_tpm readpublic -c $WORK/parent.ctx -n $WORK/parent.name &&
		quiet_tpm loadexternal -C o -G rsa -u $PASSED/key.pem -c $WORK/signer.ctx -n $WORK/signer.name
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

# Prints the key of `token`.
unseal() {
	field_of "$token" public | base64 -d >$WORK/public && field_of "$token" private | base64 -d >$WORK/private &&
		quiet_tpm load -C $WORK/parent.ctx -u $WORK/public -r $WORK/private -c $WORK/sealed.ctx &&
		meet_policy && tpm unseal -c $WORK/sealed.ctx -p session:$WORK/session.ctx &&
		quiet_tpm flushcontext $WORK/session.ctx
}

# Makes a session that meets the policy of a sealed key, if this boot does.
meet_policy() {
	quiet_tpm verifysignature -c $WORK/signer.ctx -g sha256 -f rsassa -m $WORK/approved -s $WORK/signature -t $WORK/ticket &&
		quiet_tpm startauthsession --policy-session --tpmkey-context $WORK/parent.ctx -S $WORK/session.ctx &&
		quiet_tpm sessionconfig $WORK/session.ctx --enable-encrypt &&
		quiet_tpm policypcr -S $WORK/session.ctx -l sha256:11 &&
		quiet_tpm policyauthorize -S $WORK/session.ctx -i $WORK/approved -n $WORK/signer.name -t $WORK/ticket &&
		quiet_tpm policypcr -S $WORK/session.ctx -l $LITERAL
}

# Says what differs from the boot in which the key was sealed.
explain_refusal() {
	now=$(describe_boot)
	for name in parent signer pcrs; do
		[ "$(field_of "$token" $name)" = "$(field_of "$now" $name)" ] || break
		name=
	done
	case $name in
	parent) echo 'this is another TPM than before, or it was cleared' ;;
	signer) echo 'another PCR key than before signed this boot image' ;;
	pcrs) echo 'the state or the keys of Secure Boot, or the kernel arguments, changed' ;;
	*) echo 'this is not the boot image that its PCR key signed' ;;
	esac
}

# Puts a new random key for the volume $1, which `answer` opens, into the TPM, in place of the one
# before. The key is tried at once. Sets `refusal` if it fails.
seal_key() {
	can_use_tpm || return 1
	refusal='this is not the boot image that its PCR key signed'
	meet_policy && quiet_tpm flushcontext $WORK/session.ctx || return 1
	refusal='the TPM takes no key; see /run/haos/tpm.log'
	drop_sealed "$1"
	secret=$(head -c 32 /dev/random | base64 -w 0)
	seal_secret && add_secret "$1" && write_token "$1" && read_token "$1" &&
		unseal | cryptsetup open --test-passphrase --type luks2 --key-slot $TPM_SLOT --key-file=- "$1" 2>>/run/haos/tpm.log && refusal= && return 0
	drop_sealed "$1"
	return 1
}

seal_secret() {
	quiet_tpm startauthsession -S $WORK/trial.ctx &&
		quiet_tpm policyauthorize -S $WORK/trial.ctx -n $WORK/signer.name &&
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

write_token() {
	describe_boot | jq -c --arg slot $TPM_SLOT --arg public "$(base64 -w 0 $WORK/public)" \
		--arg private "$(base64 -w 0 $WORK/private)" \
		'. + {type: "haos-tpm", keyslots: [$slot], public: $public, private: $private}' |
		cryptsetup token import --json-file=- "$1" 2>>/run/haos/tpm.log
}

# Removes the sealed key of the volume $1, also one that a power cut left without its other half.
drop_sealed() {
	for id in $(cryptsetup luksDump --dump-json-metadata "$1" |
		jq -r '.tokens | to_entries[] | select(.value.type == "haos-tpm") | .key'); do
		cryptsetup token remove --token-id "$id" "$1"
	done
	cryptsetup luksKillSlot --batch-mode "$1" $TPM_SLOT
} 2>/dev/null
