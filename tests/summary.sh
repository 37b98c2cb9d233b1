#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs NAME COMMAND pairs one after the other, adds up their "N passed, N failed, N skipped" lines
# (a command without one counts as one test), and prints the sum as the last line.
set -u

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
while [ $# -ge 2 ]; do
        name=$1 command=$2
        shift 2
        start=$SECONDS
        bash -c "$command" 2>&1 | tee "$log"
        status=${PIPESTATUS[0]}
        line=$(tail -n 1 "$log")
        if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
                p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
                # A run of nothing, or one that says "passed" and exits otherwise, has failed.
                [ "$((p + f))" -gt 0 ] || f=1
                [ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
        elif [ "$status" = 0 ]; then
                p=1 f=0 s=0
        else
                p=0 f=1 s=0
        fi
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
        result=ok
        [ "$f" = 0 ] || result=FAILED
        printf -- '-- %s: %s (%ss)\n' "$name" "$result" "$((SECONDS - start))"
done
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
