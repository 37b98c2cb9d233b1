#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What people read, letter by letter, in both languages, against tests/cli/golden. `make golden` writes
# these files anew: look at the difference before it is committed.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
folder=$here/golden

private_bus
mock_daemon "$T/calls"
python3 "$here/make_ledger.py" "$T/state/ledger" '' '' 3 6 >/dev/null
# Heads are signed by a key made just now, so hashes differ; the time that is left of an incident does, too.
mask() {
        sed -E "s|$T|TMP|g; s/\b[0-9a-f]{16,64}\b/HASH/g; s/\b[0-9]+ (h|小时) [0-9]+ (min|分钟?)/N \1 N \2/g" | sed -E 's/ +$//'
}
# Of doctor only what does not depend on the computer the test runs on.
own() {
        awk '/\[[a-z-]+\]$/ { on = /\[(ledger-not-sealed|not-set-up)\]$/ } /^[0-9]/ { on = 1; sub(/^[0-9]+/, "N") } on'
}
# golden NAME STATUS ARGUMENTS...
golden() {
        local name=$1 want=$2 lang file got
        shift 2
        for lang in en zh_CN; do
                file=$folder/$name.$lang
                LANGUAGE=$lang run "$@"
                got=$(if [ "$1" = doctor ]; then own; else cat; fi <<<"$out" | mask)
                [ -z "${GOLDEN:-}" ] || printf '%s\n' "$got" >"$file"
                is "$name in $lang: status" "$rc" "$want"
                is "$name in $lang" "$got" "$(cat "$file" 2>&1)"
        done
}
in_chinese
golden status 0 status
golden list 0 list
golden list-blocked 0 list --blocked
golden show 0 show 2
golden show-unregistered 0 show 3
golden explain 0 explain 2
golden explain-observed 0 explain 3
golden log 0 log
golden log-violations 0 log --severity warning --reverse
golden verify 0 verify
golden doctor 1 doctor
sed -i 's/"serial":"S2"/"serial":"S9"/' "$T"/state/ledger/*.jsonl
golden verify-broken 5 verify
golden log-broken 5 log
kill "$daemon"
wait_for eval '! answers org.usbzone1'
golden status-stopped 1 status
