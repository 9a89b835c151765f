#!/bin/sh
# Make .venv with the program in it, editable, and do nothing when it is there and up to date.
#
# Usage: tools/environment.sh [EXTRAS]     such as "test"; PYTHON=/path/to/python chooses another interpreter,
#                                          VENV=FOLDER another place than .venv
set -eu
cd "$(dirname "$0")/.."

extras=${1:-}
venv=${VENV:-.venv}

# The stamp says what was installed. A moved folder, another pyproject.toml or an install that was cut off: no match.
wanted="$(pwd) $(cksum <pyproject.toml)"
up_to_date() {
    [ -x "$venv/bin/python" ] && "$venv/bin/python" -c '' 2>/dev/null && [ -f "$venv/stamp-$1" ] &&
        [ "$(cat "$venv/stamp-$1")" = "$wanted" ]
}
if up_to_date "run$extras"; then
    exit 0
fi

python=${PYTHON:-}
if [ -z "$python" ]; then
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
fi
if [ -z "$python" ]; then
    echo "flare-gui needs Python 3.11 or newer, and none was found. Install one, or name it: make PYTHON=/path/to/python" >&2
    exit 1
fi

tools/system-packages.sh "$python" "$extras"

# A virtual environment knows its own path: one that was moved has scripts that start the old one.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1 || ! grep -qsF "$(pwd)/$venv" "$venv/bin/activate"; then
    rm -rf "$venv"
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "$python cannot make a virtual environment with pip. On Debian: apt-get install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing flare-gui and what it needs into $venv. The first time this takes minutes."
# Lines scroll by on a terminal, where someone waits; a log needs only what went wrong.
quiet=-q
if [ -t 1 ]; then
    quiet=
fi
torch=$("$venv/bin/python" tools/torch_build.py </dev/null)
# shellcheck disable=SC2086  # empty means no argument
"$venv/bin/python" -m pip install $quiet --disable-pip-version-check --editable ".${extras:+[$extras]}" $torch </dev/null

# An environment with more in it serves those who need less.
printf '%s\n' "$wanted" >"$venv/stamp-run"
printf '%s\n' "$wanted" >"$venv/stamp-run$extras"
