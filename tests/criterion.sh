#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs a Criterion binary and prints its count as "N passed, N failed, N skipped". A sanitizer report
# fails the run, which Criterion alone would not.
set -u

binary=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export ASAN_OPTIONS="log_path=$dir/san:detect_leaks=1" UBSAN_OPTIONS="log_path=$dir/san:print_stacktrace=1"
# One at a time: with more, Criterion 2.4.1's own runner leaks, and now and then frees twice.
"$binary" --color=never -j1 "$@" >"$dir/out" 2>&1
status=$?
grep -v -e '^\[SKIP\]' "$dir/out" | grep -v '^\[====\] Running' | tail -n 60
reports=$(find "$dir" -name 'san*' | wc -l)
if [ "$reports" != 0 ]; then
        head -n 60 "$dir"/san*
fi
line=$(grep -o 'Tested: [0-9]* | Passing: [0-9]* | Failing: [0-9]* | Crashing: [0-9]*' "$dir/out" | tail -n 1)
if [[ ! $line =~ Tested:\ ([0-9]+)\ \|\ Passing:\ ([0-9]+)\ \|\ Failing:\ ([0-9]+) ]]; then
        echo '0 passed, 1 failed, 0 skipped'
        exit 1
fi
tested=${BASH_REMATCH[1]} passing=${BASH_REMATCH[2]}
failed=$((tested - passing + reports))
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$tested" -gt 0 ] || failed=1
echo "$passing passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
