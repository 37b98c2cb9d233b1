#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzes every target for FUZZ_SECONDS (60): run.sh BUILD-FOLDER. What is found new stays in the build
# folder; a crash is kept there too, to be added to the corpus with the test of its fix.
set -u
cd "$(dirname "$0")/../.." || exit 1

build=$1
seconds=${FUZZ_SECONDS:-60}
passed=0 failed=0
for source in tests/fuzz/fuzz_*.c; do
        target=${source#tests/fuzz/fuzz_}
        target=${target%.c}
        found=$build/found/$target
        mkdir -p "$found" "tests/fuzz/corpus/$target"
        printf '%s: %s seconds\n' "$target" "$seconds"
        if "$build/fuzz-$target" -max_total_time="$seconds" -max_len=16384 -timeout=10 \
                -print_final_stats=0 -verbosity=0 -artifact_prefix="$found/../$target-" \
                "$found" "tests/fuzz/corpus/$target"; then
                passed=$((passed + 1))
        else
                failed=$((failed + 1))
        fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
