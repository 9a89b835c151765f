#!/bin/sh
# Install the Debian packages that pip cannot bring: Python's venv, what Qt and OpenGL load at run time, a virtual screen.
# Only those that are missing, only where apt is at hand and we are root or sudo asks for no password. Anywhere else one
# line names them and the set-up goes on: segmenting from the command line needs none of them but python3-venv.
#
# With "test", those too that only tests need, to open with other programs what ours has written: Debian's ffmpeg for
# ffprobe, and chromium. Where they are missing, those tests are skipped with a reason.
#
# Usage: tools/system-packages.sh [PYTHON] [EXTRAS]
set -eu

python=${1:-python3}

# Without apt this is another system (macOS, Fedora ...): its Python and its screen bring their own.
command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1 || exit 0

wanted="
    xvfb xauth
    libegl1 libgl1 libgl1-mesa-dri libglx-mesa0 libglib2.0-0 libdbus-1-3
    libxkbcommon0 libxkbcommon-x11-0
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
    libxcb-xinerama0 libxcursor1 libxt6
    libfontconfig1 fonts-dejavu-core
"
# Debian's python3 has venv but not the pip that venv puts in; a Python built by hand or by pyenv has both.
"$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || wanted="python3-venv $wanted"

case ${2:-} in
*test* | *all*) for_tests="ffmpeg chromium" ;;
*) for_tests="" ;;
esac

# Newer releases have renamed some (libglib2.0-0t64) and say so under Provides, so look there too.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' | sed -n 's/^installed //p' |
    sed 's/([^)]*)//g; s/,/ /g' | tr -s ' ' '\n' | sort -u)
missing_of() {
    for package in "$@"; do
        printf '%s\n' "$installed" | grep -qxF -e "$package" || printf ' %s' "$package"
    done
}
# shellcheck disable=SC2086  # the lists are words to be split
missing=$(missing_of $wanted)
# shellcheck disable=SC2086
missing_for_tests=$(missing_of $for_tests)
[ -n "$missing$missing_for_tests" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Missing Debian packages, and no right to install them. Ask for: apt-get install$missing$missing_for_tests" >&2
    exit 0
fi

# A fresh machine has no package lists yet. An update that fails for one source still leaves the others.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null || true
# Apart, so that what a release lacks for tests does not keep it from what the program needs.
for packages in "$missing" "$missing_for_tests"; do
    [ -n "$packages" ] || continue
    echo "Installing Debian packages:$packages"
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $packages \
        </dev/null >/dev/null || echo "apt-get could not install all of:$packages. Going on without." >&2
done
