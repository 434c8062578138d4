# shellcheck shell=sh
# The identity of the node, which survives reboots: names and keys. It is in the local directory.

LOCAL=/var/lib/rancher/HAOS
GO_LOCAL=/var/lib/1898andCo/HAOS

# The Go implementation keeps the same things elsewhere. They are copied once, so that returning to
# it stays possible.
take_over_go_state() {
	for name in hostname ssh node; do
		[ -e "$GO_LOCAL/$name" ] || continue
		[ -e "$LOCAL/$name" ] && [ -n "$(ls -A "$LOCAL/$name" 2>/dev/null || true)" ] && continue
		rm -rf "${LOCAL:?}/$name"
		cp -a "$GO_LOCAL/$name" "$LOCAL/$name"
	done
}

keep_identity() {
	mkdir -p /etc/rancher
	ln -sfn "$LOCAL/node" /etc/rancher/node
	keep_machine_id
	name_node
}

keep_machine_id() {
	[ -s /var/lib/dbus/machine-id ] || tr -d '-' </proc/sys/kernel/random/uuid >/var/lib/dbus/machine-id
	ln -sfn /var/lib/dbus/machine-id /etc/machine-id
}

# Sets a name until the configuration, an earlier boot or DHCP provides one: several nodes called
# localhost could not be told apart.
name_node() {
	case $(cat /proc/sys/kernel/hostname) in
	'' | localhost | '(none)') ;;
	*) return 0 ;;
	esac
	read -r name 2>/dev/null <"$LOCAL/hostname" || name=haos-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ' | tail -c 6)
	echo "$name" >/proc/sys/kernel/hostname
	printf '127.0.1.1\t%s\n' "$name" >>/etc/hosts
}

# Only where nothing is installed: a person at the console controls the machine anyway. sshd refuses
# empty passwords.
open_console_login() {
	sed -i 's/^rancher:[*!]:/rancher::/' /etc/shadow
	echo 'To install HAOS on a disk: sudo haos install' >>/etc/motd
}
