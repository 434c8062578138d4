/**
 * Programs that dpkg and the scripts of packages start hundreds of times. What they write does not
 * depend on their version or architecture, so `uname`, for example, is not among them.
 */
const PROGRAMS = [
  ...['dpkg-deb', 'dpkg-split', 'tar', 'sed', 'grep'],
  ...['basename', 'cat', 'chmod', 'chown', 'cp', 'cut', 'dirname', 'ln', 'mkdir', 'mktemp', 'mv'],
  ...['readlink', 'rm', 'rmdir', 'sort', 'touch', 'tr'],
];

/** The directory with them in a root of another architecture. */
const DIRECTORY = '/native';

/** For programs on this machine and in that root. */
const PATH = `${DIRECTORY}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/** Lists what was copied besides the programs. */
const LIBRARIES = `${DIRECTORY}/libraries`;

/**
 * Copies the programs of this machine, and their libraries. Debian has libraries in directories
 * with the names of architectures, so these replace nothing. All are below /usr, and other paths
 * are links, as base-files requires.
 */
const PLACE = `
set -e
mkdir "$1${DIRECTORY}"
for program in ${PROGRAMS.join(' ')}; do
  path=$(command -v $program)
  cp "$path" "$1${DIRECTORY}/"
  ldd "$path" | sed -n 's|^[^/]*\\(/[^ ]*\\) .*|\\1|p' | sed 's|^/usr/|/|'
done | sort -u >"$1${LIBRARIES}"
while read -r library; do
  top=\${library#/} top=\${top%%/*}
  mkdir -p "$1/usr\${library%/*}"
  [ -e "$1/$top" ] || ln -s "usr/$top" "$1/$top"
  cp "$library" "$1/usr$library"
done <"$1${LIBRARIES}"`;

const REMOVE = `
set -e
while read -r library; do
  top=\${library#/} top=\${top%%/*}
  rm "$1/usr$library"
  rmdir "$1/usr\${library%/*}" 2>/dev/null || :
  [ -e "$1/$top" ] || rm "$1/$top"
done <"$1${LIBRARIES}"
rm -r "$1${DIRECTORY}"`;

/**
 * Returns options of mmdebstrap, and the PATH for it, with which programs of this machine do a part
 * of installing the packages of another architecture: starting an emulated one takes about ten
 * times as long.
 */
export function installNatively(): { options: string[]; path: string } {
  return {
    options: [
      `--extract-hook=${PLACE}`,
      `--customize-hook=${REMOVE}`,
      // apt sets the PATH of dpkg.
      `--aptopt=DPkg::Path "${PATH}"`,
    ],
    path: PATH,
  };
}
