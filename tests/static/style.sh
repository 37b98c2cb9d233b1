#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What clang-format would change, and what it does not look at: tabs, blanks at line ends, long
# lines, the licence line and the title line of each file, the order of includes.
. "$(dirname "$0")/common.sh"
need clang-format awk

mapfile -t c_files < <(files '*.c' '*.h')
mapfile -t text_files < <(files | grep -vE '^(LICENSE|\.ci/.*\.bin)$|\.(pot?|png|bin)$|^tests/fuzz/corpus/')

complain_each 'clang-format differs; run: clang-format -i' < <(
        printf '%s\n' "${c_files[@]}" | xargs -r -P 2 -n 8 clang-format --dry-run -Werror 2>&1 |
                sed -nE 's/^([^: ]+:[0-9]+):[0-9]+: (error|warning): .*/\1/p' | sort -u)

complain_each 'a tab' < <(grep -nP '\t' "${c_files[@]}" /dev/null | cut -d: -f1,2)
complain_each 'blanks at the end of the line' < <(
        grep -nIE '[ '$'\t'']+$' "${text_files[@]}" /dev/null | cut -d: -f1,2)
complain_each 'a carriage return' < <(grep -nI $'\r' "${text_files[@]}" /dev/null | cut -d: -f1,2)
for f in "${text_files[@]}"; do
        [ ! -s "$f" ] || [ -z "$(tail -c 1 "$f")" ] || complain "$f:$(wc -l <"$f")" 'no newline at the end'
done

# A row of a table may hold one long sentence; BreakStringLiterals is off.
complain_each 'over 100 columns' < <(
        printf '%s\n' "${c_files[@]}" | xargs -r awk '
                !/[^ -~]/ && length($0) > 100 && !/^ +(X\(|")/ { print FILENAME ":" FNR }')

# Which files carry a licence line: everything a person wrote that has comments.
while IFS= read -r f; do
        head -n 5 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
                complain "$f:1" 'no SPDX line'
done < <(files '*.c' '*.h' '*.sh' '*.py' '*.mk' Makefile '*.rules' '*.conf' '*.service' '*.policy' \
        '*.catalog' '*.bash' 'docs/*.[1-8]' '.ci/run' 'tests/vm/vm')

# The line after it says in a sentence what the file is.
while IFS= read -r f; do
        awk '
                /SPDX-License-Identifier/ { spdx = FNR; next }
                spdx && /^(\/\*$|# shellcheck (shell|disable|source)=)/ { next }
                spdx { good = /^(\/\*| \*|#|""") ?[^ ].*[^ ]/ && !/^#(include|define|pragma|if)/; exit }
                END { exit !good }' "$f" || complain "$f:2" 'no title line after the SPDX line'
done < <(files '*.c' '*.h' '*.sh' '*.py' '*.mk' Makefile 'udev-rules/*' 'systemd/*.service' \
        'systemd/sysusers/*' 'systemd/tmpfiles/*' 'systemd/modprobe/*')

# A module's own header comes first, so that it is seen to compile alone.
while IFS= read -r f; do
        [ -f "${f%.c}.h" ] || continue
        first=$(grep -nm1 '^#include' "$f")
        [[ $first == *"\"${f%.c}.h\"" || $first == *"\"${f%.c}-internal.h\"" ]] || complain "$f:${first%%:*}" "the first include is not its own header"
done < <(files 'lib/*.c' 'policy/*.c' 'store/*.c' 'daemon/*.c' 'cli/*.c')
finish
