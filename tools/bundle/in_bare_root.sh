#!/bin/sh
# What is tried in the bare root; see bare_root.sh. Stops at the first thing that fails.
set -eu

started=$(date +%s)
say() { echo "[$(($(date +%s) - started)) s] $*"; }
fail() { echo "FAILED: $*" >&2; exit 1; }

if command -v python3 >/dev/null || [ -n "$(find / -xdev -name 'libpython3*' -not -path '/trial/*' -print -quit)" ]; then fail "there is Python here"; fi

# Two users without a home, a folder that nobody can write to, with spaces and umlauts.
for user in anna bert; do
    id "$user" >/dev/null 2>&1 || useradd --no-create-home --home-dir /nonexistent "$user"
    mkdir -p "/trial/$user"
    chown "$user" "/trial/$user"
done
place="/trial/Programme für alle"
mkdir -p "$place"
tar -xzf /trial/dist/*.tar.gz -C "$place"
chmod -R a-w "$place"
program=$(echo "$place"/flare-gui-*/flare-gui)
train=$(dirname "$program")/flare-train
say "unpacked: $(du -sm "$place" | cut -f1) MB"

mkdir -p /tmp/.X11-unix
chmod 1777 /tmp /tmp/.X11-unix
Xvfb :7 -ac -screen 0 1600x1000x24 -nolisten tcp >/trial/xvfb.log 2>&1 &
sleep 3
# As `user COMMAND...`: no HOME, nothing in the environment but the screen.
as() {
    who=$1
    shift
    (cd "/trial/$who" && setpriv --reuid="$who" --regid="$who" --clear-groups \
        env -i PATH=/usr/bin:/bin LANG=C.UTF-8 DISPLAY=:7 "$@")
}

say "version: $(as anna "$program" --version), $(as anna "$train" --version)"

say "self-test of two users at once"
as anna "$program" --self-test /trial/anna/self >/trial/anna/self.log 2>&1 &
first=$!
as bert "$program" --self-test /trial/bert/self >/trial/bert/self.log 2>&1 || { cat /trial/bert/self.log; fail "self-test of bert"; }
wait $first || { cat /trial/anna/self.log; fail "self-test of anna"; }
for user in anna bert; do
    grep -q '"passed": true' "/trial/$user/self/self-test.json" || fail "self-test of $user"
    grep -q '"opengl": "yes"' "/trial/$user/self/self-test.json" || fail "no OpenGL for $user"
done

scan=/trial/data/ct/ts_example
compressed=/trial/data/dicom/jpeg2000_slab
dicom=/trial/data/dicom/two_series
if [ ! -d "$scan" ]; then
    say "no scans in ../shared/data: the demo's instead"
    as anna "$program" demo-scan -o /trial/anna/demo.nii.gz
    scan=/trial/anna/demo.nii.gz
fi
say "segment"
as anna "$program" segment "$scan" -o "/trial/anna/ein Ergebnis" >/trial/anna/segment.log 2>&1 || { cat /trial/anna/segment.log; fail segment; }
mask=$(find "/trial/anna/ein Ergebnis" -name '*.seg.nii.gz')
grep 'liver' /trial/anna/segment.log

say "film"
as anna "$program" video "$scan" --mask "$mask" --kind turntable --seconds 1 --fps 8 --size 480x320 -o /trial/anna/film.mp4 >/trial/anna/film.log 2>&1 ||
    { cat /trial/anna/film.log; fail film; }
[ "$(head -c 8 /trial/anna/film.mp4 | tail -c 4)" = ftyp ] || fail "the film is no MP4"

if [ -d "$dicom" ]; then
    say "JPEG 2000, DICOM SEG, RTSTRUCT, report"
    as anna "$program" doctor "$compressed" >/trial/anna/doctor.log 2>&1 || { cat /trial/anna/doctor.log; fail "JPEG 2000"; }
    as anna "$program" export "$dicom" --dicom-seg --rtstruct --stl --report -o /trial/anna/export >/trial/anna/export.log 2>&1 ||
        { cat /trial/anna/export.log; fail export; }
    for ending in seg.dcm rtstruct.dcm report.html; do
        [ -n "$(find /trial/anna/export -name "*.$ending" -size +1k)" ] || fail "no .$ending"
    done
fi

say "batch of five, two at once"
mkdir -p /trial/five
as anna "$program" demo-scan -o /trial/anna/demo.nii.gz --overwrite >/dev/null 2>&1
for case in 1 2 3 4 5; do cp /trial/anna/demo.nii.gz "/trial/five/Fall $case.nii.gz"; done
as bert "$program" segment /trial/five -o /trial/bert/five --jobs 2 >/trial/bert/batch.log 2>&1 || { cat /trial/bert/batch.log; fail batch; }
[ "$(find /trial/bert/five -name '*.seg.nii.gz' | wc -l)" -eq 5 ] || fail "not five masks"
grep -q '"version": "'"$(as bert "$program" --version | cut -d' ' -f2)"'"' "/trial/bert/five/Fall 1.json" || fail "no version in a result"

say "flare-train"
as anna "$train" cache --data phantom --help >/dev/null || fail flare-train

# What the program wrote outside of where it was told to.
strays=$(find / -xdev \( -user anna -o -user bert \) -not -path '/trial/*' -not -path '/proc/*')
[ -z "$strays" ] || fail "left behind: $strays"

say "menu entry of the archive, and out again"
mkdir /trial/anna/home
chown anna /trial/anna/home
menu=$(dirname "$program")/menu-entry
as anna env HOME=/trial/anna/home "$menu" add
desktop-file-validate /trial/anna/home/.local/share/applications/flare-gui.desktop || fail "menu entry"
as anna env HOME=/trial/anna/home "$menu" remove
[ -z "$(find /trial/anna/home -type f)" ] || fail "the menu entry left $(find /trial/anna/home -type f)"

say "Debian package, and out again"
listing() { find / -xdev -not -path '/trial/*' -not -path '/proc/*' -not -path '/var/lib/dpkg/*' -not -path '/var/log/*' | sort; }
listing >/trial/before
dpkg -i /trial/dist/*.deb >/trial/dpkg.log 2>&1 || { cat /trial/dpkg.log; fail "the package does not install"; }
desktop-file-validate /usr/share/applications/flare-gui.desktop || fail "menu entry"
grep -q 'x-nifti:\*\.nii\.gz$' /usr/share/mime/globs2 || fail ".nii.gz is not known"
grep -q '^application/x-nrrd=flare-gui.desktop' /usr/share/applications/mimeinfo.cache || fail ".nrrd is not offered"
as bert flare-gui --version
as bert flare-train --version
as bert flare-gui segment /trial/anna/demo.nii.gz -o /trial/bert/deb >/trial/bert/deb.log 2>&1 || { cat /trial/bert/deb.log; fail "segment of the package"; }
dpkg --purge flare-gui >>/trial/dpkg.log 2>&1
listing >/trial/after
cmp -s /trial/before /trial/after || { diff /trial/before /trial/after; fail "the package left something"; }

say "all passed"
