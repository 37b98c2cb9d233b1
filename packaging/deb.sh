#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the .deb packages from a copy of the sources, so that nothing built before gets in.
set -eu
cd "$(dirname "$0")/.."
command -v dh >/dev/null ||
        { echo 'usbzone: debhelper is missing; as root: apt-get install debhelper' >&2; exit 1; }
out=$PWD/build/deb
rm -rf "$out"
mkdir -p "$out/usbzone"
{
        git ls-files -co --exclude-standard 2>/dev/null ||
                find . -path ./build -prune -o -name .git -prune -o -type f -printf '%P\n'
} | while IFS= read -r f; do
        [ ! -e "$f" ] || printf '%s\n' "$f"
done | tar -cf - -T - | tar -xf - -C "$out/usbzone"
cd "$out/usbzone"
if ! dpkg-buildpackage -us -uc -b >"$out/build.log" 2>&1; then
        tail -n 30 "$out/build.log" >&2
        exit 1
fi
rm -rf "$out/usbzone"
ls "$out"/*.deb
