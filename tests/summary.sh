#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs NAME COMMAND pairs, adds up their "N passed, N failed, N skipped" lines (a command without one
# counts as one test), and prints the sum as the last line. One after the other, what they say as they
# say it; with SUMMARY_JOBS=N up to N at a time, what each said when it has ended.
set -u

jobs=${SUMMARY_JOBS:-1}
unset SUMMARY_JOBS # not for a summary within
passed=0 failed=0 skipped=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# ended NAME STATUS START: reads the last line of its log.
ended() {
        local line p f s result=ok
        line=$(tail -n 1 "$logs/$1")
        if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
                p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
                # A run of nothing, or one that says "passed" and exits otherwise, has failed.
                [ "$((p + f))" -gt 0 ] || f=1
                [ "$2" = 0 ] || [ "$f" -gt 0 ] || f=1
        elif [ "$2" = 0 ]; then
                p=1 f=0 s=0
        else
                p=0 f=1 s=0
        fi
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
        [ "$f" = 0 ] || result=FAILED
        printf -- '-- %s: %s (%ss)\n' "$1" "$result" "$((SECONDS - $3))"
}

declare -A names=() starts=()
wait_one() {
        local pid='' status
        wait -n -p pid "${!names[@]}"
        status=$?
        cat "$logs/${names[$pid]}"
        ended "${names[$pid]}" "$status" "${starts[$pid]}"
        unset "names[$pid]" "starts[$pid]"
}

while [ $# -ge 2 ]; do
        if [ "$jobs" -gt 1 ]; then
                [ "${#names[@]}" -lt "$jobs" ] || wait_one
                bash -c "$2" >"$logs/$1" 2>&1 &
                names[$!]=$1 starts[$!]=$SECONDS
        else
                start=$SECONDS
                bash -c "$2" 2>&1 | tee "$logs/$1"
                ended "$1" "${PIPESTATUS[0]}" "$start"
        fi
        shift 2
done
while [ "${#names[@]}" -gt 0 ]; do wait_one; done
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
