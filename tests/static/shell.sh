#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs shellcheck over every script, whether it is named .sh or only begins like one.
. "$(dirname "$0")/common.sh"
need shellcheck

scripts() {
        files '*.sh' '*.bash'
        files | grep -vE '\.(c|h|md|sh|bash|pot?|xml)$|^LICENSE$' | while IFS= read -r f; do
                head -n 1 "$f" | grep -qaE '^#!.*(/|env )(ba|da)?sh( |$)' && printf '%s\n' "$f"
        done
}

mapfile -t list < <(scripts | sort -u)
[ "${#list[@]}" -gt 0 ] || complain tests 'no script found'
while IFS=: read -r file line _ message; do
        complain "$file:$line" "${message# }"
done < <(printf '%s\n' "${list[@]}" | xargs -P "$(nproc)" -n 6 shellcheck -x -f gcc)
# A script with an interpreter line is run; one without is sourced and says so to shellcheck.
for f in "${list[@]}"; do
        [[ $f != debian/* ]] || continue # dpkg-deb sets the mode of these
        [ "$(head -c 2 "$f")" != '#!' ] || [ -x "$f" ] || complain "$f:1" 'is not executable'
done
finish
