#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every text for people has its Chinese: messages of the programs, polkit prompts, journal catalog.
# Argument: the build folder, where the template is made anew.
. "$(dirname "$0")/common.sh"
need xgettext msgfmt msgcmp msgattrib python3
out=${1:-build/debug}/po
mkdir -p "$out"

./po/extract.sh "$out/usbzone.pot" || complain po/extract.sh:1 'failed'
ids() {
        msgcat --no-location --no-wrap --sort-output "$1" 2>/dev/null | grep -E '^(msgid|msgid_plural|msgctxt|") *'| grep -v '^"[A-Za-z-]*: '
}
while IFS= read -r line; do
        complain 'po/usbzone.pot:1' "not up to date (make update-po): $line"
done < <(diff <(ids po/usbzone.pot) <(ids "$out/usbzone.pot") | grep '^[<>]')

mapfile -t catalogs < <(files './po/*.po')
[ "${#catalogs[@]}" -gt 0 ] || complain po:1 'no translation'
for po in "${catalogs[@]}"; do
        while IFS= read -r line; do
                complain "$po:1" "$line"
        done < <(msgfmt --check -o /dev/null "$po" 2>&1)
        while IFS=: read -r where number text; do
                complain "$where:$number" "untranslated or fuzzy: ${text# }"
        done < <(awk '
                function flush() { if (id != "" && (fuzzy || empty)) print FILENAME ":" at ": " id }
                /^#~/ { next }
                /^#,.*fuzzy/ { fuzzy_next = 1 }
                /^(msgctxt|msgid) / && state != "id" { flush(); state = "id"; at = FNR; id = ""; empty = 0; fuzzy = fuzzy_next; fuzzy_next = 0 }
                /^msgid "/ { id = substr($0, 8, length($0) - 8) }
                /^msgstr/ { state = "str"; pending = ($0 ~ /""$/); empty = pending; next }
                /^"/ { if (state == "id" && id == "") id = substr($0, 2, length($0) - 2); else if (state == "str") empty = 0 }
                END { flush() }' "$po")
        while IFS= read -r line; do
                complain "$po:1" "$line"
        done < <(msgcmp "$po" "$out/usbzone.pot" 2>&1 | grep -v 'found [0-9]* fatal')
        echo "$po: $(msgfmt --statistics -o /dev/null "$po" 2>&1)"
done

# What is said in English to be read back is found by extract.sh.
while IFS= read -r line; do
        complain "${line%%: *}" "${line#*: }"
done < <(python3 tests/static/said.py)

# polkit shows these, from the file itself.
while IFS= read -r f; do
        while IFS= read -r line; do
                complain "$f:${line%% *}" "${line#* } has no zh_CN"
        done < <(python3 tests/static/polkit_lang.py "$f")
done < <(files 'systemd/polkit/*.policy')

# A catalog text in English has its twin in Chinese.
for en in systemd/catalog/*.catalog; do
        if [[ $en == *.zh_CN.catalog ]] || [ ! -f "$en" ]; then continue; fi
        zh=${en%.catalog}.zh_CN.catalog
        while IFS= read -r id; do
                grep -qs -e "^-- $id" "$zh" ||
                        complain "$en:$(grep -n -e "^-- $id" "$en" | cut -d: -f1)" "$id is not in $zh"
        done < <(sed -n 's/^-- //p' "$en")
done
finish
