# shellcheck shell=sh
# What makes this node this node and has to outlive a boot: names, keys. It lies in the local directory.

LOCAL=/var/lib/rancher/HAOS
GO_LOCAL=/var/lib/1898andCo/HAOS

# Nodes of the Go implementation keep the same things elsewhere. They are copied once, so that going back stays possible.
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

# A name until the configuration, an earlier boot or DHCP gives one: nodes called localhost could not be told apart.
name_node() {
	case $(cat /proc/sys/kernel/hostname) in
	'' | localhost | '(none)') ;;
	*) return 0 ;;
	esac
	read -r name 2>/dev/null <"$LOCAL/hostname" || name=haos-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ' | tail -c 6)
	echo "$name" >/proc/sys/kernel/hostname
	printf '127.0.1.1\t%s\n' "$name" >>/etc/hosts
}

# Only where nothing is installed: whoever stands before the console has the machine anyway. sshd refuses empty passwords.
open_console_login() {
	sed -i 's/^rancher:[*!]:/rancher::/' /etc/shadow
	echo 'To install HAOS on a disk: sudo haos install' >>/etc/motd
}
