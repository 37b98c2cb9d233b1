#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes the message template to the file named: _() and N_() in all sources, and the column of each
# X-macro table that holds words for people.
set -eu
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
# Sentences that functions of lib and policy return, and words that are shown as they are in a record.
{
        sed -nE 's/^ +return ("[^"]+ [^"]+");$/N_(\1)/p' lib/*.c policy/*.c
        sed -nzE 's/\n/ /g; s/(broken\(v, [^,]*, [^,]*,) +("[^"]+")\)/\n@N_(\2)\n/gp' store/verify.c | sed -n 's/^@//p'
        sed -nzE 's/\n/ /g; s/(refuse\((e|&e|error), [^,]*,) +("[^"]+")\)/\n@N_(\3)\n/gp' store/package.c | sed -n 's/^@//p'
        sed -nE 's/^ +\[(EFFECT|SEVERITY)_[A-Z_]+\] = ("[a-z-]+"),$/N_(\2)/p' policy/verdict.c policy/reason.c
        printf 'N_("%s")\n' observe enforce ok unwritable no-key key-damaged
        # Records: their kinds, the names of their fields, the words the daemon writes into these.
        sed -nE 's/^ +X\([A-Z_]+, ("[a-z-]+"), .*/NC_("kind", \1)/p' daemon/event.h
        printf 'NC_("field", "%s")\n' version mode policy seal ledger_key after drive verdict reason severity check \
                rule policy_version keys_version host_id host_name host_before authority zone level zone_before \
                level_before drive_zone drive_level media_number label_id unit holder identity vid pid serial \
                scsi_vendor scsi_product capacity interfaces sysname block before_start message named formatted file \
                who why approver note start end record text due finding deadline incident of times step from to bytes \
                what found remembered line key grant whitelist revoked revocations policy_ends credential_ends \
                label_key label_ends retention_ends judged second_key signatures
        printf 'NC_("value", "%s")\n' first stop crash sealed no-key key-damaged unit-masked unit-overridden \
                unit-disabled rules-masked ledger policy-version keys-version time-floor interface_authorized_default \
                missing damaged changed
        printf 'N_("%s")\n' new probing mediated handover in-use blocked writing system gone
} >"$tmp/words.c"
x --no-location -k -kN_ -kNC_:1c,2 -D "$tmp" words.c

find lib policy store daemon cli notice -name '*.[ch]' | sort >"$tmp/POTFILES"
x -k -k_ -kN_ -kngettext:1,2 --files-from="$tmp/POTFILES"
# HEADER COLUMN COLUMNS of a table
while read -r header column columns; do
        [ ! -f "$header" ] || x -k "-kX:$column,${columns}t" "$header"
done <<'END'
policy/zone.h 3 3
policy/reason.h 5 5
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
