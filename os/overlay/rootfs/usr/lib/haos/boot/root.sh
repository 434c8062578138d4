# shellcheck shell=sh
# Builds the root of the running system at $sysroot from what is mounted at $base: a tmpfs with /usr
# from the image, /etc from its template, and the modules of this kernel. The initrd carries a copy.
# Sets `reason` if it fails.

# The boot loader passes the slot that it loaded the kernel from, or the launcher chooses one.
choose_slot() {
	slot=$(argument haos.slot)
	[ "$slot" = previous ] || slot=current
}

build_root() {
	mkdir -p $sysroot
	mount -t tmpfs -o mode=0755 root $sysroot
	make_directories
	mount -o move "$base" "$sysroot/.base"
	mount -o bind $sysroot/.base/haos/system $sysroot/haos/system
	mount -o remount,bind,ro,nosuid,nodev $sysroot/haos/system
	mount_usr && mount_kernel && mount_virtual || return 1
	[ -z "${is_verified:-}" ] || pass_signed
	find_data && fill_etc && make_home && note_mode
}

# Finds what survives a reboot, and binds it. Encrypted data are opened first, with the programs of
# the image; at the rescue entry a person may go on without them.
find_data() {
	data=$sysroot/.base/haos/data limited=.base
	[ -n "${is_persistent:-}" ] || return 0
	if [ -e $sysroot/haos/system/encryption ]; then
		chroot $sysroot /usr/lib/haos/boot/unlock "$mode"
		case $? in
		0) open_private && bind_data ;;
		2) true ;;
		*) false ;;
		esac || refuse 'the encrypted data of this node cannot be opened' || return 1
	else
		bind_data
	fi
	# The rest of the state partition is read-only.
	for directory in $limited; do mount -o remount,bind,ro,nosuid,nodev $sysroot/$directory; done
}

# The configuration is beside the data.
open_private() {
	private=$sysroot/.base/haos/private
	data=$private/data limited='.base .base/haos/private haos/private'
	[ "$mode" != disk ] || reset_data $sysroot/.base/haos $private
	mkdir -p $sysroot/haos/private
	mount -o bind $private $sysroot/haos/private
}

bind_data() {
	mkdir -p $data/var $data/home $data/opt $sysroot/haos/data
	mount -o bind $data $sysroot/haos/data
	for name in var home opt; do mount -o bind $data/$name $sysroot/$name; done
}

make_directories() {
	(
		cd $sysroot || return
		mkdir -p .base dev etc haos/system home media mnt opt proc root run srv sys tmp usr var
		chmod 0700 root
		ln -s haos HAOS
		for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done
	)
}

mount_usr() {
	image=$sysroot/haos/system/haos/${verified_haos:-$slot}/rootfs.squashfs
	mount_image rootfs "$image" $sysroot/usr
}

# Mounts the image $2 of the component $1 on the directory $3. A signed boot image verifies it, and
# says itself which versions it starts.
mount_image() {
	if [ -n "${is_verified:-}" ]; then
		mount_verified "$@"
	else
		mount -t squashfs -o loop,ro,nodev "$2" "$3" || refuse "$2 cannot be mounted"
	fi
}

# The modules may belong to the system that provided the kernel. A kernel without matching modules
# still gets a login.
mount_kernel() {
	mount -t tmpfs -o mode=0755,nosuid,nodev run $sysroot/run
	mkdir -p $sysroot/run/haos/kernel
	image=$sysroot/haos/system/kernel/${verified_kernel:-$slot}/kernel.squashfs
	if [ -n "${is_verified:-}" ] || [ -e "$image" ]; then
		mount_image kernel "$image" $sysroot/run/haos/kernel || [ -z "${is_verified:-}" ] || return 1
	fi
	for kernel in $sysroot/run/haos/kernel $sysroot/.base; do
		[ ! -d "$kernel/lib/modules/$(uname -r)" ] || break
	done
	if [ ! -d "$kernel/lib/modules/$(uname -r)" ]; then
		say "warning: no modules fit the kernel $(uname -r)"
		return 0
	fi
	mount -o bind $kernel/lib/modules $sysroot/usr/lib/modules
	[ ! -d $kernel/lib/firmware ] || mount -o bind $kernel/lib/firmware $sysroot/usr/lib/firmware
}

fill_etc() {
	mount -t tmpfs -o mode=0755,nosuid,nodev etc $sysroot/etc
	cp -a $sysroot/usr/share/haos/etc/. $sysroot/etc/ || refuse 'cannot copy the template of /etc'
}

# Before anything of a configuration can be written into it. A home that is root's was made by a file
# for it, without the skeleton, by versions before this one. Numbers, because the accounts are those
# of the new root.
make_home() {
	home=$sysroot/home/rancher
	owner=$(sed -n 's/^rancher:[^:]*:\([0-9]*:[0-9]*\):.*/\1/p' $sysroot/etc/passwd)
	[ "$(stat -c %u $home 2>/dev/null || echo 0)" = 0 ] || return 0
	mkdir -p $home
	for file in $(ls -A $sysroot/etc/skel); do
		[ -e "$home/$file" ] || cp -a "$sysroot/etc/skel/$file" $home/
	done
	chown -Rh "$owner" $home
	chmod 0700 $home
}

mount_virtual() {
	mount -t proc -o nosuid,nodev,noexec proc $sysroot/proc
	mount -t sysfs -o nosuid,nodev,noexec sysfs $sysroot/sys
	mount -t devtmpfs -o nosuid,mode=0755 dev $sysroot/dev
}

note_mode() {
	echo "$mode" >$sysroot/run/haos/mode
	[ -z "${mode_from:-}" ] || echo "$mode_from" >$sysroot/run/haos/mode-from
	echo "${set_of_boot:-$(name_set $sysroot/haos/system "$slot")}" >$sysroot/run/haos/set
	[ -z "${running:-}" ] || echo "$running" >$sysroot/run/haos/kernel-version
	[ ! -e /run/haos/words ] || cp /run/haos/words $sysroot/run/haos/words
	[ ! -e /run/e2fsck.log ] || cp /run/e2fsck.log $sysroot/run/haos/e2fsck.log
}

# Runs the initrd phase in the new root, so that its files end up there. Node is started only if the
# phase has work.
configure() {
	[ "$mode" = shell ] && return 0
	is_configured || return 0
	debug 'the initrd phase'
	make_private $sysroot/run/haos/initrd.log
	chroot $sysroot /usr/sbin/haos config --initrd >$sysroot/run/haos/initrd.log 2>&1 && return 0
	say "warning: parts of the initrd phase failed; 'sudo haos config status' lists them"
	while read -r line; do debug "$line"; done <$sysroot/run/haos/initrd.log
}

is_configured() {
	[ -e $sysroot/haos/system/config.yaml ] && return 0
	for word in $(tr '[:upper:]' '[:lower:]' </proc/cmdline); do
		configures "$word" && return 0
	done
	return 1
}

# Succeeds if a word may set a key of the initrd phase. A false positive costs only one start of
# Node. The usual keys, which only the boot scripts and the installer read, cost none.
configures() {
	case $1 in
	haos.mode=* | haos.fallback_mode=* | haos.debug* | haos.slot=* | haos.state=* | haos.trial | haos.install.*) return 1 ;;
	haos.* | hostname* | write_fil* | writefil* | init_cmd* | initcmd*) return 0 ;;
	esac
	return 1
}
