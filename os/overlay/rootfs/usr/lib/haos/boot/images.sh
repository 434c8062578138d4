# shellcheck shell=sh
# The container images that come with k3s in images for nodes without a registry.

# k3s imports the archives in this directory when it starts (https://docs.k3s.io/import-images), and follows links. Links take no
# space, and lead to the images of the k3s that runs, also after an upgrade or a rollback.
IMPORTED=/var/lib/rancher/k3s/agent/images
PREFIX=haos-

# Links the archives beside the program of k3s $1 into directory $2. A link that is right stays as it is: k3s may remember what it
# imported by the date.
link_images() {
	images=${1%/*}/images
	find "$2" -type l -name "$PREFIX*" 2>/dev/null | while read -r link; do
		target=$(readlink "$link")
		[ "${target%/*}" = "$images" ] && [ -e "$target" ] || rm "$link"
	done
	[ -d "$images" ] || return 0
	mkdir -p "$2"
	find "$images" -type f | while read -r archive; do
		link=$2/$PREFIX${archive##*/}
		[ -L "$link" ] || ln -sf "$archive" "$link"
	done
}
