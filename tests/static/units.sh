#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What systemd, udev, D-Bus and polkit read at run time is checked by their own tools where these
# work without a running system: units, hardening score, users, folders, catalog, rules, XML.
. "$(dirname "$0")/common.sh"
need systemd-analyze systemd-sysusers systemd-tmpfiles journalctl python3 awk
build=${1:-build/debug}
threshold=20 # tenths of a point: DESIGN asks for 2.0 at most

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/units" "$tmp/root/etc"

# Units, with the programs of this build in place of the installed ones.
mapfile -t units < <(files 'systemd/*.service' 'systemd/*.socket' 'systemd/*.target')
export XDG_RUNTIME_DIR=$tmp/run
mkdir -p "$tmp/run"
[ "${#units[@]}" -gt 0 ] || complain systemd:1 'no unit'
for u in "${units[@]}"; do
        sed -E "s,(/usr/lib/usbzone|/usr/bin)/(usbzone),$PWD/$build/\\2," "$u" >"$tmp/units/$(basename "$u")"
done
for u in "${units[@]}"; do
        copy=$tmp/units/$(basename "$u") manager=--system
        [[ $u != systemd/user/* ]] || manager=--user
        while IFS= read -r line; do
                number=$(sed -nE "s,^$copy:([0-9]+): .*,\\1,p" <<<"$line")
                complain "$u:${number:-1}" "${line#"$copy:$number: "}"
        done < <(SYSTEMD_UNIT_PATH="$tmp/units:" systemd-analyze "$manager" verify --man=no "$copy" 2>&1 |
                grep -F -e "$tmp" -e "$(basename "$u")")
        # A user's manager cannot take from a program what its user has: no score for those.
        if [[ $u != *.service ]] || [ "$manager" = --user ]; then continue; fi
        systemd-analyze security --offline=true --threshold=$threshold --no-pager "$copy" \
                >"$tmp/score" 2>&1 ||
                complain "$u:1" "$(tail -n 1 "$tmp/score") (the limit is $threshold tenths)"
        echo "$u: $(grep -o 'exposure level.*' "$tmp/score" | grep -o '[0-9]\+\.[0-9]')"
done

# Users, folders and catalog, into an empty root.
mapfile -t list < <(files 'systemd/sysusers/*.conf')
if [ "${#list[@]}" -gt 0 ]; then
        systemd-sysusers --root="$tmp/root" "${list[@]/#/$PWD/}" >"$tmp/out" 2>&1 ||
                complain "${list[0]}:1" "$(head -n 1 "$tmp/out")"
        mapfile -t list < <(files 'systemd/tmpfiles/*.conf')
        systemd-tmpfiles --root="$tmp/root" --create "${list[@]/#/$PWD/}" >"$tmp/out" 2>&1
        grep -v -e 'Failed to open path .*/dev' "$tmp/out" | grep -q . &&
                complain "${list[0]}:1" "$(head -n 1 "$tmp/out")"
fi
while IFS= read -r f; do
        rm -rf "$tmp/catalog" && mkdir -p "$tmp/catalog/usr/lib/systemd/catalog" "$tmp/catalog/var/lib/systemd/catalog"
        cp "$f" "$tmp/catalog/usr/lib/systemd/catalog/"
        journalctl --update-catalog --root="$tmp/catalog" >"$tmp/out" 2>&1 || echo "refused" >>"$tmp/out"
        [ ! -s "$tmp/out" ] || complain "$f:1" "$(head -n 1 "$tmp/out")"
        duplicate=$(grep '^-- ' "$f" | sort | uniq -d | head -n 1)
        [ -z "$duplicate" ] || complain "$f:1" "twice: $duplicate"
done < <(files 'systemd/catalog/*.catalog')

mapfile -t list < <(files 'udev-rules/*.rules')
[ "${#list[@]}" -gt 0 ] || complain udev-rules:1 'no rules'
while IFS= read -r line; do
        complain "${line%%: *}" "${line#*: }"
done < <(awk -f tests/static/udev-rules.awk "${list[@]}" /dev/null)

while IFS= read -r f; do
        error=$(python3 -c 'import sys, xml.parsers.expat as x
p = x.ParserCreate()
try:
    p.ParseFile(open(sys.argv[1], "rb"))
except x.ExpatError as e:
    print(f"{e.lineno} {e}")' "$f")
        [ -z "$error" ] || complain "$f:${error%% *}" "${error#* }"
done < <(files 'systemd/*.policy' 'systemd/dbus/*.conf' 'docs/*.xml')

# Every path the rules and units run is one that make install puts there.
while IFS=: read -r file line path; do
        [ -e "$build/$(basename "$path")" ] || complain "$file:$line" "$path is not built here"
done < <(files 'udev-rules/*' 'systemd/*' | xargs -r grep -noE '/usr/(lib/usbzone|bin)/usbzone[a-z-]*' /dev/null)
finish
