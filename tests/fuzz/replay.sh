#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Replays the corpus of every fuzz target, one test each: replay.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/../.." || exit 1

build=$1
passed=0 failed=0
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
for source in tests/fuzz/fuzz_*.c; do
        target=${source#tests/fuzz/fuzz_}
        target=${target%.c}
        files=("tests/fuzz/corpus/$target"/*)
        if [ ! -f "${files[0]}" ]; then
                echo "tests/fuzz/corpus/$target: no files"
                failed=$((failed + 1))
        elif timeout 120 "$build/replay-$target" "${files[@]}"; then
                passed=$((passed + 1))
        else
                echo "$target: failed; the file is one of ${files[*]}"
                failed=$((failed + 1))
        fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
