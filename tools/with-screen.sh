#!/bin/sh
# Run a command with a screen that nobody sees, so that windows and OpenGL work on a server and none pops up elsewhere.
#
# Usage: tools/with-screen.sh COMMAND [ARGUMENT...]
set -eu

if command -v xvfb-run >/dev/null 2>&1 && command -v xauth >/dev/null 2>&1; then
    exec xvfb-run -a -s "-screen 0 1600x1000x24" "$@"
fi
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ "$(uname -s)" = Linux ]; then
    echo "No screen and no xvfb-run (Debian: xvfb, xauth): going on without OpenGL." >&2
    QT_QPA_PLATFORM=offscreen
    export QT_QPA_PLATFORM
fi
exec "$@"
