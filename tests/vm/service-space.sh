#!/bin/sh
# Makes a root from the image $1 below the directory $2, in the namespaces that it runs in, with a
# card `eth0` and a DHCP server at its other end; then waits. Nothing of this machine is changed.
set -eu

image=$1
root=$2/root
mount --make-rprivate /
mkdir "$root"
mount -t tmpfs none "$root"
cd "$root"
mkdir dev etc opt proc root run sys tmp usr var
mount -t squashfs -o ro,loop "$image" usr
cp -a usr/share/haos/etc/. etc/
for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done
mkdir -p var/lib/dbus var/lib/rancher/HAOS var/log run/haos run/lock
echo live >run/haos/mode
tr -d - </proc/sys/kernel/random/uuid >var/lib/dbus/machine-id
ln -s /var/lib/dbus/machine-id etc/machine-id
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs none dev
for name in null zero random urandom full tty; do cp -a "/dev/$name" dev/; done
mkdir dev/pts dev/shm
ln -s /proc/self/fd dev/fd
# What OpenRC makes at the start of a machine.
for name in daemons exclusive failed hotplugged inactive options scheduled started starting stopping wasinactive tmp; do
	mkdir -p "run/openrc/$name"
done
cp usr/share/haos/deptree run/openrc/
echo boot >run/openrc/softlevel

hostname localhost
ip link set lo up
ip link add eth0 type veth peer name peer
unshare --net sh -c 'echo ready >"$0/peer"; exec sleep infinity' "$2" &
until [ -e "$2/peer" ]; do sleep 0.1; done
ip link set peer netns $!
cat >"$2/udhcpd.conf" <<-END
	start 10.9.0.20
	end 10.9.0.30
	interface peer
	lease_file $2/leases
	pidfile $2/udhcpd.pid
	option subnet 255.255.255.0
	option router 10.9.0.1
	option dns 10.9.0.1
	option hostname from-dhcp
END
: >"$2/leases"
nsenter -t $! -n sh -c 'ip link set lo up; ip addr add 10.9.0.1/24 dev peer; ip link set peer up; exec busybox udhcpd -f "$0" 2>/dev/null' "$2/udhcpd.conf" &
echo ready
# As the first process, the shell also collects those that lost their parent.
while sleep 0.2; do :; done
