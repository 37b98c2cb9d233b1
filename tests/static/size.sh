#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sizes that keep the code readable: functions (median, 90th percentile, longest), files, headers.
. "$(dirname "$0")/common.sh"
need ctags awk sort

median_max=20 p90_max=50 longest_max=80 file_max=500 header_max=80
# Headers that hold one table or one format which would not gain from being cut in two.
declare -A header_allowed=(
        [policy/reason.h]=100 # the reason table: a row of two lines for each
        [policy/key.h]=120    # keys, their purposes and signatures: one trust boundary
        [policy/bundle.h]=105 # every structure of the policy language
        [daemon/drive-internal.h]=100 # the one structure that the files of a drive share
        [store/ledger.h]=105 # writer and reader of one format
        [cli/cli.h]=95        # the shape of a verb, which all verbs include
        [daemon/probe/wire.h]=105 # a protocol between two programs is read in one place
        [daemon/block/wire.h]=105 # the same
)

lengths() { # LENGTH FILE:LINE NAME for each function
        xargs -r ctags --languages=C --c-kinds=f --fields=+ne -x \
                --_xformat='%{end} %n %F %N' | awk '{ print $1 - $2 + 1, $3 ":" $2, $4 }'
}

# The product's own code makes the statistics; a test's function may be long only up to the limit.
product=$(files 'lib/*.c' 'policy/*.c' 'store/*.c' 'daemon/*.c' 'cli/*.c' 'notice/*.c' | lengths | sort -n)
tests=$(files 'tests/*.c' | lengths)
while read -r length where name; do
        [ -n "$length" ] || continue
        [ "$length" -le "$longest_max" ] ||
                complain "$where" "$name() has $length lines, more than $longest_max"
done <<<"$product"$'\n'"$tests"

count=$(grep -c . <<<"$product")
if [ "$count" -gt 0 ]; then
        median=$(awk -v n="$count" 'NR == int((n + 1) / 2) { print $1 }' <<<"$product")
        p90=$(awk -v n="$count" 'NR == int((n * 9 + 9) / 10) { print $1 }' <<<"$product")
        echo "$count functions: median $median lines, 90th percentile $p90, longest $(tail -n 1 <<<"$product" | cut -d' ' -f1)"
        [ "$median" -le "$median_max" ] || complain "lib policy store daemon cli" \
                "the median function has $median lines, more than $median_max"
        [ "$p90" -le "$p90_max" ] || complain "lib policy store daemon cli" \
                "one function in ten has $p90 lines or more; $p90_max is the limit"
fi

while IFS= read -r f; do
        n=$(wc -l <"$f")
        limit=$file_max
        case $f in
        tests/*.h) limit=150 ;;
        *.h) limit=${header_allowed[$f]:-$header_max} ;;
        esac
        [ "$n" -le "$limit" ] || complain "$f:$n" "$n lines, more than $limit"
done < <(files '*.c' '*.h')
finish
