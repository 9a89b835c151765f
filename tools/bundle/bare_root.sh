#!/bin/sh
# Try the bundle where there is nothing: a Debian root with a virtual screen and Mesa, without Python, network or HOME.
# What happens in there is tools/bundle/in_bare_root.sh. Needs root; debootstrap makes the root once, in build/bare-root.
#
# Usage: tools/bundle/bare_root.sh [DIST] [ROOT] [DATA]     by default dist, build/bare-root, ../shared/data
set -eu
cd "$(dirname "$0")/../.."

dist=${1:-dist}
root=${2:-build/bare-root}
data=${3:-../shared/data}
programs=xvfb,libgl1,libegl1,libgl1-mesa-dri,libglx-mesa0,fonts-dejavu-core,desktop-file-utils,shared-mime-info

[ "$(id -u)" -eq 0 ] || { echo "This needs root, for chroot." >&2; exit 1; }
if [ ! -x "$root/usr/bin/Xvfb" ]; then
    command -v debootstrap >/dev/null || { echo "This needs debootstrap. Debian: apt-get install debootstrap" >&2; exit 1; }
    mkdir -p "$root"
    debootstrap --variant=minbase --include="$programs" bookworm "$root" >"$root.log" || { tail "$root.log" >&2; exit 1; }
fi
rm -rf "$root/trial"
mkdir -p "$root/trial/data" "$root/trial/dist"
cp tools/bundle/in_bare_root.sh "$root/trial/"
# The newest of each: dist may hold earlier versions.
cp "$(ls -t "$dist"/flare-gui-*-linux-*.tar.gz | head -n 1)" "$(ls -t "$dist"/flare-gui_*.deb | head -n 1)" "$root/trial/dist/"

# New namespaces: no network, processes that end with it, mounts that nobody else sees.
exec unshare --mount --net --pid --fork --kill-child sh -euc '
    mount --make-rprivate /
    mount -t proc proc "$1/proc"
    mount -t tmpfs tmpfs "$1/dev/shm" 2>/dev/null || { mkdir -p "$1/dev/shm"; mount -t tmpfs tmpfs "$1/dev/shm"; }
    if [ -d "$2" ]; then mount --bind -o ro "$2" "$1/trial/data"; fi
    exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 sh /trial/in_bare_root.sh
' sh "$root" "$data"
