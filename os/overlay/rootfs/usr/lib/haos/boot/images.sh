# shellcheck shell=sh
# Container images that are part of the image of HAOS, for nodes that cannot reach a registry.

# k3s imports the archives in this directory when it starts (https://docs.k3s.io/import-images), and
# follows links. Links take no space and always lead to the images of the k3s that runs, also after
# an upgrade or a rollback.
IMPORTED=/var/lib/rancher/k3s/agent/images
PREFIX=haos-

# The image of the operator, which is a part of the root image.
SHIPPED=/usr/share/haos/images

# Links the archives beside the k3s program $1, and those in the directory $3, into the directory $2.
# A correct link is not replaced: k3s may track imported archives by date.
link_images() {
	images=${1%/*}/images
	find "$2" -type l -name "$PREFIX*" 2>/dev/null | while read -r link; do
		target=$(readlink "$link")
		case ${target%/*} in "$images" | "${3:-$images}") [ ! -e "$target" ] || continue ;; esac
		rm "$link"
	done
	for directory in "$images" ${3:+"$3"}; do
		[ -d "$directory" ] || continue
		mkdir -p "$2"
		find "$directory" -type f | while read -r archive; do
			link=$2/$PREFIX${archive##*/}
			[ -L "$link" ] || ln -sf "$archive" "$link"
		done
	done
}
