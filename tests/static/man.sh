#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Manual pages: clean by mandoc, one for every program and file format, and what the program's own
# help says about verbs and options is in its page, and the other way round.
. "$(dirname "$0")/common.sh"
need mandoc groff awk python3
build=${1:-build/debug}
export LANGUAGE=C

mapfile -t pages < <(files 'docs/*.[1-8]' | grep -v '^docs/zh_CN/')
[ "${#pages[@]}" -gt 0 ] || complain docs:1 'no manual page'
while IFS= read -r line; do
        line=${line#mandoc: }
        file=${line%%:*} rest=${line#*:}
        complain "$file:${rest%%:*}" "${rest#*: }"
done < <(mandoc -Tlint -Wwarning "${pages[@]}" 2>&1 | grep -vE 'STYLE:|referenced manual not found')

for page in usbzonectl.1 usbzone-notice.1 usbzoned.8 usbzone.7 usbzone-reasons.7 usbzone-label.5 usbzone-whitelist.5 \
        usbzone-policy.5 usbzone-ledger.5 usbzone-files.5; do
        [ -f "docs/$page" ] || complain "docs/$page:1" 'is missing'
done
# A page that is named is there.
while IFS=: read -r file line name; do
        [ -f "docs/$name" ] || complain "$file:$line" "names $name, which is not in docs/"
done < <(grep -noE 'docs/usbzone[a-z-]*\.[1-8]' -r lib policy store daemon cli notice docs README.md SECURITY.md 2>/dev/null |
        sed 's|:docs/|:|')

# The Chinese ones: as clean, but for the titles of sections, and as whole.
mapfile -t chinese < <(files 'docs/zh_CN/*.[1-8]')
while IFS= read -r line; do
        line=${line#mandoc: }
        file=${line%%:*} rest=${line#*:}
        complain "$file:${rest%%:*}" "${rest#*: }"
done < <(mandoc -Tlint -Wwarning "${chinese[@]}" 2>&1 |
        grep -vE 'STYLE:|referenced manual not found|first section is not "NAME"|description line outside NAME|request: mso')
# On a narrow terminal and a usual one: groff can be caught in a line of Chinese that it may not break.
for page in "${chinese[@]}"; do
        timeout 30 groff -Kutf8 -mandoc -rLL=40n -Tutf8 "$page" >/dev/null 2>&1 ||
                complain "$page:1" 'groff does not end on 40 columns'
        out=$(timeout 30 groff -Kutf8 -mandoc -rLL=80n -Tutf8 -ww "$page" 2>&1 >/dev/null | head -n 1)
        [ -z "$out" ] || complain "$page:1" "groff: $out"
done
while IFS=: read -r file line text; do
        complain "$file:$line" "${text# }"
done < <(python3 tests/static/man_zh.py)

plain() {
        mandoc -Tutf8 -O width=200 "$1" 2>/dev/null | sed -e $'s/.\b//g'
}

while IFS= read -r o; do
        grep -qE -e "^\.It Fl .*${o#-}( |\$)" docs/usbzone-notice.1 ||
                complain docs/usbzone-notice.1:1 "$o is not described"
done < <("$build/usbzone-notice" --help | grep -oE -- '--[a-z]+')

ctl=$build/usbzonectl page=docs/usbzonectl.1
if [ -x "$ctl" ] && [ -f "$page" ]; then
        text=$(plain "$page" | sed 's/‐/-/g; s/−/-/g')
        # "  verb   summary" lines between "Verbs:" and the next empty line of --help
        mapfile -t verbs < <("$ctl" --help | sed -nE 's/^ {2}([a-z][a-z-]*)( .*)?$/\1/p')
        [ "${#verbs[@]}" -gt 10 ] || complain cli/main.c:1 'the help names fewer than ten verbs'
        for v in "${verbs[@]}"; do
                # A verb's part: from the line that begins with its name to the next such line.
                part=$(awk -v verb="$v" -v all=" ${verbs[*]} " '
                        /^     ( |  )?[a-z]/ { on = ($1 == verb) }
                        /^[A-Z]/ { on = 0 }
                        on' <<<"$text")
                [ -n "$part" ] || { complain "$page:1" "the verb $v is not described"; continue; }
                mapfile -t options < <("$ctl" "$v" --help | grep -oE -- '(^|[ ,[])--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' | sort -u)
                for o in "${options[@]}"; do
                        [ "$o" = --help ] || grep -qE -e "$o([^a-z-]|\$)" <<<"$part" ||
                                complain "$page:$(grep -nm1 -wF "$v" "$page" | cut -d: -f1)" "$v: $o is not described"
                done
                while IFS= read -r o; do
                        printf '%s\n' "${options[@]}" | grep -qxF -e "$o" ||
                                complain "$page:$(grep -nm1 -F -e "${o#-}" "$page" | cut -d: -f1)" "$v: the program has no $o"
                done < <(grep -oE -- '^ +(-[a-zA-Z], )?--[a-z][a-z-]*' <<<"$part" | grep -oE -- '--[a-z-]+' | sort -u)
        done
        # In the completion, too.
        for f in cli/completion/*.bash; do
                for v in "${verbs[@]}"; do
                        grep -qw -e "$v" "$f" || complain "$f:1" "does not complete the verb $v"
                done
        done
else
        complain "$page:1" "this page or $ctl is missing"
fi
finish
