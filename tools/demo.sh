#!/bin/sh
# Segment the demo scan, say where the results lie, and open the program on them where someone can see it.
set -eu
cd "$(dirname "$0")/.."

program=.venv/bin/flare-gui
scan=demo/demo-ct.nii.gz

mkdir -p demo
# Both replace what an earlier run left, which may come from an older version of the program or of the weights.
"$program" demo-scan -o "$scan" --overwrite
"$program" segment "$scan" -o demo --overwrite

window=""
has_screen() {
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]
}
# CI and pipes get no window: nobody would close it.
if [ -t 1 ] && has_screen; then
    # nohup and no standard input: the window outlives make and the terminal.
    nohup "$program" "$scan" >demo/window.log 2>&1 </dev/null &
    window=$!
    sleep 2
    kill -0 "$window" 2>/dev/null || { cat demo/window.log >&2; window=""; }
fi

echo
echo "The results lie in demo/:"
for file in demo/demo-ct*; do
    echo "  $file"
done
if [ -n "$window" ]; then
    echo "The program opens on them."
fi
