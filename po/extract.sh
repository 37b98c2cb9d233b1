#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# extract.sh FILE: writes the message template: _() and N_() in all sources, the column of each X-macro table that
# holds words for people, and the messages that functions of lib, policy, store and daemon say in English.
# extract.sh --sentences FILE: these last ones alone, as strings of C (policy/sentence.c).
set -eu
sentences=false
if [ "$1" = --sentences ]; then
        sentences=true
        shift
fi
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
target=$(realpath -m "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

x() {
        xgettext --language=C --from-code=UTF-8 --add-comments=TRANSLATORS: --sort-by-file \
                --package-name=usbzone --package-version="$(sed -n 's/^VERSION := //p' Makefile)" \
                --msgid-bugs-address=README.md --copyright-holder='the usbzone developers' -j -o "$tmp/pot" "$@"
}

cat >"$tmp/pot" <<'END'
# SPDX-License-Identifier: GPL-2.0-or-later
# Messages of usbzone; made by po/extract.sh, translated in *.po.
msgid ""
msgstr ""
"Project-Id-Version: usbzone\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
END
# Sentences that functions return, and words that are shown as they are in a record. All without a place go first:
# --no-location is about the whole file.
sed -nE 's/^ +return ("[^"]+ [^"]+");$/N_(\1)/p' lib/*.c policy/*.c >"$tmp/returned.c"
x --no-location -k -kN_ -D "$tmp" returned.c
{
        sed -nE 's/^ +\[(EFFECT|SEVERITY)_[A-Z_]+\] = ("[a-z-]+"),$/N_(\2)/p' policy/verdict.c policy/reason.c
        printf 'N_("%s")\n' observe enforce ok unwritable no-key key-damaged
        # Records: their kinds, the names of their fields, the words the daemon writes into these.
        sed -nE 's/^ +X\([A-Z_]+, ("[a-z-]+"), .*/NC_("kind", \1)/p' daemon/event.h
        printf 'NC_("field", "%s")\n' version mode policy seal ledger_key after drive verdict reason severity check \
                rule policy_version keys_version host_id host_name host_before authority zone level zone_before \
                level_before drive_zone drive_level media_number label_id unit holder identity vid pid serial \
                scsi_vendor scsi_product capacity interfaces sysname block before_start message named formatted file \
                who why approver approval note start end record text due finding deadline incident of times step from to bytes \
                what found remembered line key grant whitelist revoked revocations policy_ends credential_ends \
                label_key label_ends retention_ends judged second_key signatures
        printf 'NC_("value", "%s")\n' first stop crash sealed no-key key-damaged unit-masked unit-overridden \
                unit-disabled rules-masked ledger policy-version keys-version time-floor interface_authorized_default \
                missing damaged changed
        printf 'N_("%s")\n' new probing mediated handover in-use blocked writing system gone
} >"$tmp/words.c"
$sentences || x --no-location -k -kN_ -kNC_:1c,2 -D "$tmp" words.c

# Sentences that functions are given, with the values to put into them: po/said names function and argument;
# tests/static/said.py holds the calls in the sources against it.
x -k -kX:5,5t policy/reason.h
said=()
while read -r function argument; do
        said+=("-k$function:$argument" "--flag=$function:$argument:c-format")
done <po/said
find lib policy store daemon -name '*.c' | sort >"$tmp/SAYING"
x -k "${said[@]}" --files-from="$tmp/SAYING"
msggrep --invert-match --msgid -e '^%s$' -o "$tmp/said.pot" "$tmp/pot" # what is put in alone
mv "$tmp/said.pot" "$tmp/pot"
if $sentences; then
        msgcat --no-location --no-wrap "$tmp/pot" |
                sed -nE 's/%<(PRI[A-Za-z0-9]+)>/%" \1 "/g; s/^msgid (".+")$/\1,/p' >"$target"
        exit
fi

find lib policy store daemon cli notice -name '*.[ch]' | sort >"$tmp/POTFILES"
x -k -k_ -kN_ -kngettext:1,2 --files-from="$tmp/POTFILES"
# HEADER COLUMN COLUMNS of a table
while read -r header column columns; do
        [ ! -f "$header" ] || x -k "-kX:$column,${columns}t" "$header"
done <<'END'
policy/zone.h 3 3
policy/verdict.h 3 3
policy/device.h 6 6
policy/step_device.h 3 3
policy/step_label.h 3 3
daemon/event.h 5 5
END
# A head of our own in place of the one xgettext writes; no date, so that equal messages are equal files.
sed -i -e '1,/^msgid ""/{/^#/d}' -e '/^"POT-Creation-Date:/d' -e '/^"PO-Revision-Date:/d' \
        -e '/^"Last-Translator:/d' -e '/^"Language-Team:/d' -e '/^"Report-Msgid/d' "$tmp/pot"
sed -i '1i # SPDX-License-Identifier: GPL-2.0-or-later\n# Messages of usbzone; made by po/extract.sh, translated in *.po.' "$tmp/pot"
mkdir -p "$(dirname "$target")"
mv "$tmp/pot" "$target"
