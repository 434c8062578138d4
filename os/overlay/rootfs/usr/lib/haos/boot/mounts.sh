# shellcheck shell=sh
# Makes the mounts that are still missing when the root is entered.

# Sectors of 512 bytes: partitioning leaves less than this at the end.
WORTH_GROWING=65536

mount_kernel_file_systems() {
	mkdir -p /dev/pts /dev/shm /dev/mqueue
	mount -t devpts -o gid=5,mode=620,ptmxmode=000,nosuid,noexec devpts /dev/pts
	mount -t tmpfs -o mode=1777,nosuid,nodev,noexec shm /dev/shm
	mount -t mqueue -o nosuid,nodev,noexec mqueue /dev/mqueue
	mount -t tmpfs -o mode=1777,nosuid,nodev tmp /tmp
	mkdir -p /run/lock
	chmod 1777 /run/lock
	mount -t securityfs -o nosuid,nodev,noexec securityfs /sys/kernel/security
	mount -t bpf -o nosuid,nodev,noexec,mode=700 bpf /sys/fs/bpf
	[ ! -d /sys/firmware/efi/efivars ] || mount -t efivarfs -o nosuid,nodev,noexec efivarfs /sys/firmware/efi/efivars
	mount_cgroups
	# Containers must see the volumes that k3s mounts: mounts propagate, which is not the kernel's
	# default.
	mount --make-rshared /
}

# Only version 2. The kubelet needs every controller below the root.
mount_cgroups() {
	mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
	for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
		echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
	done
}

# The initrd has bound /haos/system already; the files that the boot loader reads are beside it.
mount_components() {
	[ -d /.base/boot ] || return 0
	mkdir -p /boot
	mount --bind /.base/boot /boot
	mount -o remount,bind,ro,nosuid,nodev,noexec /boot
}

# The EFI system partition with the entries of systemd-boot, which names itself and the partition in
# variables: four bytes of attributes, then UTF-16. They are read through a pipe, because they
# cannot be sought in. An upgrade makes the partition writable while it needs that.
mount_entries() {
	variables=/sys/firmware/efi/efivars vendor=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
	[ -e $variables/LoaderEntrySelected-$vendor ] || return 0
	uuid=$(cat $variables/LoaderDevicePartUUID-$vendor | tail -c +5 | tr -d '\0' | tr '[:upper:]' '[:lower:]')
	mkdir -p -m 0700 /run/haos/esp
	mount -t vfat -o ro,nosuid,nodev,noexec,umask=0077,quiet "PARTUUID=$uuid" /run/haos/esp
}

# What lies in these directories gives no rights (packages/audit/src/checks/mounts.ts). In mode live
# they are not mounts yet. Layers of containers and volumes of pods may contain programs with setuid:
# where they are, a mount of its own allows them. This comes before mounts are shared: otherwise
# each mount in the new ones would also appear below what they cover.
limit_data() {
	for path in /var /home /opt; do
		mount -o remount,bind,nosuid,nodev $path 2>/dev/null || mount -o bind,nosuid,nodev $path $path
	done
	for path in /var/lib/rancher /var/lib/kubelet; do
		mkdir -p $path
		mount --bind $path $path
		mount -o remount,bind,suid,dev $path
	done
}

# If a disk was enlarged, or an image was written to a larger disk, the state partition, which is
# the last, takes the remaining space. The file system grows while it is mounted. If the size is
# right already, no program is started.
grow_state() {
	locate "$(findmnt -nvo SOURCE /.base)" || return 0
	make_private /run/haos/grow.log
	{
		fill_disk
		[ $(($(cat "$block/size") - $(file_system_size "$partition"))) -le $WORTH_GROWING ] || grow_file_system
	} >/run/haos/grow.log 2>&1
}

# Sets what the functions below know of the partition $1; fails if it is something else.
locate() {
	partition=$1
	block=$(readlink -f "/sys/class/block/${partition##*/}")
	number=$(cat "$block/partition") || return 1
	disk=$(basename "$(dirname "$block")")
}

# Grows the partition to the end of the disk if it is the last one.
fill_disk() {
	[ $(($(cat "$block/../size") - $(cat "$block/start") - $(cat "$block/size"))) -le $WORTH_GROWING ] || ! is_last "$block" || grow_partition
}

# Succeeds if no partition of the disk begins behind the partition with this directory in /sys: the
# space between them may be meant for another system.
is_last() {
	for other in $(find "$1/.." -mindepth 2 -maxdepth 2 -name start); do
		[ "$(cat "$other")" -le "$(cat "$1/start")" ] || return 1
	done
}

# Stopping at any moment is safe: a table is in one sector, or in two copies of which the first is
# written last.
grow_partition() {
	say "growing the partition $partition to the end of $disk"
	sfdisk --quiet --no-reread --force --relocate gpt-bak-std "/dev/$disk" # fails without a GPT
	echo ', +' | sfdisk --quiet --no-reread --force --no-tell-kernel -N "$number" "/dev/$disk"
	partx --update --nr "$number" "/dev/$disk"
}

# Prints the size of the file system on $1 in sectors, from the superblock: the count of blocks, and
# by how many bits a block is larger than 1 KiB (ext4(5)).
file_system_size() {
	blocks=$(od -An -tu4 -j1028 -N4 "$1")
	bits=$(od -An -tu4 -j1048 -N4 "$1")
	echo $((blocks << (bits + 1)))
}

# resize2fs calls the kernel through the first mount that it finds, which must be writable.
grow_file_system() {
	mount -o remount,bind,rw,nosuid,nodev /.base
	resize2fs "$partition" || say "warning: cannot grow the file system on $partition; see /run/haos/grow.log"
	mount -o remount,bind,ro,nosuid,nodev /.base
}

# In mode live these are in memory; in mode disk they come from the state partition. Programs always
# expect these contents.
make_persistent_directories() {
	mkdir -p /var/cache /var/lib/connman /var/lib/dbus /var/lib/misc /var/log /var/spool/cron/crontabs /var/local \
		/var/lib/rancher/HAOS/ssh /var/lib/rancher/HAOS/node /var/lib/rancher/HAOS/config.d
	rm -rf /var/lib/rancher/HAOS/upgrade # left by an upgrade that a power cut interrupted
	mkdir -p /var/tmp
	chmod 1777 /var/tmp
	chmod 1730 /var/spool/cron/crontabs
	chmod 0700 /var/lib/rancher/HAOS/ssh /var/lib/rancher/HAOS/node
	[ -e /var/run ] || ln -s ../run /var/run
	[ -e /var/lock ] || ln -s ../run/lock /var/lock
	: >>/var/log/wtmp
}
