# shellcheck shell=sh
# Decides how the node runs. The first condition that holds wins:
#   `rescue` as a word                      shell
#   haos.mode=MODE                          that mode
#   a state partition                       disk
#   haos.fallback_mode=MODE                 that mode, but only after the full wait: a slow disk
#                                           must not look like no disk, since `install` formats
#   a system in the initrd or on a medium   live
# Sets `mode`, and `mode_from` to what decided it, or sets `reason` and fails.

# Seconds to wait for devices, and seconds to wait for a state partition before a system that was
# found runs live.
WAIT=30
SETTLE=5

choose_mode() {
	wanted=$(argument haos.mode)
	if has_word rescue; then
		mode=shell mode_from=argument
	elif [ -n "$wanted" ]; then
		is_mode "$wanted" || refuse "haos.mode=$wanted is not a mode; use live, install, disk, local or shell" || return 1
		mode=$wanted mode_from=argument
	else
		found=$(wait_for_mode) || refuse 'there is no state partition, no system image and no haos.mode' || return 1
		mode=${found% *} mode_from=${found#* }
	fi
}

is_mode() {
	case $1 in live | install | disk | local | shell) return 0 ;; esac
	return 1
}

wait_for_mode() {
	fallback=$(argument haos.fallback_mode)
	is_mode "$fallback" || fallback=
	waited=0
	while [ "$waited" -lt "$WAIT" ]; do
		find_state >/dev/null && echo disk state && return 0
		[ "$waited" -ge "$SETTLE" ] && [ -z "$fallback" ] && has_image && echo live image && return 0
		sleep 1
		waited=$((waited + 1))
		load_for_devices
	done
	[ -n "$fallback" ] && echo "$fallback" fallback
}

has_image() {
	has_system / || find_medium >/dev/null
}
