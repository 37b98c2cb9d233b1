#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A whole set of the office's files is installed by a process that is killed: before each of the calls
# that change a folder, one after the other. What is in force then is the old set or the new one, and
# the next command finds its way from there.
. "$(dirname "$0")/lib.sh"
if ! strace -qq -o /dev/null true 2>/dev/null; then
        skip 'nothing can be killed here: strace is missing, or may not trace'
        exit
fi
O=$T/office E=$USBZONE_ETC_DIR S=$USBZONE_STATE_DIR
mkdir -p "$E" "$S"
policy() { # VERSION FILE
        printf 'usbzone-policy 1\nversion = %s\nname = County\nexpires = 2090-01-01\n' "$1" >"$T/draft"
        holds "policy $1 is signed" "$CTL" policy sign "$T/draft" --dir "$O" --out "$2"
}
key_of() { "$CTL" authority show --dir "$O" --json | jq -r ".keys[] | select(.purpose == \"$1\").id"; }

fact 'an office' 0 '' authority init --dir "$O" --name County --no-passphrase
fact 'a computer asks' 0 '' host request --name pc1 --out "$T/request"
fact 'its credential' 0 '' host sign "$T/request" --zone internal --dir "$O" --out "$T/credential1"
policy 1 "$T/policy1"
fact 'what was there before' 0 'key list version 1, pc1 in zone internal' \
        host install "$T/credential1" "$T/policy1" "$O/authority.keys" --yes --no-start
# Of the old keys none counts any more: each of the new files is useless beside an old one.
old=$(key_of host; key_of policy)
fact 'other keys' 0 '' authority rotate host --dir "$O" --no-passphrase
fact 'other keys, of the other kind' 0 '' authority rotate policy --dir "$O" --no-passphrase
for k in $old; do fact 'an old key is taken off the list' 0 '' authority retire "$k" --dir "$O"; done
fact 'another credential' 0 '' host sign "$T/request" --zone internal --dir "$O" --out "$T/credential2"
policy 2 "$T/policy2"
fact 'a revocation file' 0 '' revoke --label 00112233445566778899aabbccddeeff --reason lost --dir "$O" --out "$T/lost.uzr"
new=("$O/authority.keys" "$T/credential2" "$T/policy2" "$T/lost.uzr")
cp -a "$E" "$T/etc.old" && cp -a "$S" "$T/state.old"
as_before() { rm -rf "$E" "$S" && cp -a "$T/etc.old" "$E" && cp -a "$T/state.old" "$S"; }

# "1 ok": the old set; "2 ok": the new one; else what is wrong with it
in_force() {
        printf '%s ' "$("$CTL" policy show --json | jq .version)"
        "$CTL" doctor --json | jq -r '[.findings[] | select(.check == "trust") | .text] | .[0] // "ok"'
}
is 'the old set is in force' "$(in_force)" '1 ok'
killed_at() { # CALL NUMBER: before the call of that number; fails unless it was not killed
        as_before
        # In a shell of its own, whose word about the kill goes nowhere.
        (
                strace -qq -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
                        "$CTL" host install "${new[@]}" >/dev/null </dev/null
                exit $?
        ) 2>/dev/null
}
killed=0 bad_states=() old_seen=0 new_seen=0 stop=()
for call in mkdirat linkat renameat fsync fchmod fchmodat unlinkat; do
        for n in {1..99}; do
                ! killed_at $call "$n" || break
                killed=$((killed + 1))
                [ ! -d "$E/.pending" ] || stop=("$call" "$n")
                now=$(in_force)
                case $now in
                '1 ok') old_seen=1 ;;
                '2 ok') new_seen=1 ;;
                *) bad_states+=("before $call $n: $now") ;;
                esac
                # The next one finishes it, or begins anew.
                "$CTL" host install "${new[@]}" >/dev/null 2>"$T/said" || bad_states+=("after $call $n: $(cat "$T/said")")
                now=$(in_force)$(find "$E" -name '.*')
                [ "$now" = '2 ok' ] || bad_states+=("after $call $n and once more: $now")
        done
        is "each $call was come to" "$(in_force)" '2 ok'
done
is 'no mixture is in force, whenever it is killed' "${bad_states[*]}" ''
holds "it was killed at many steps ($killed)" test "$killed" -ge 40
is 'the old set was in force, and the new one' "$old_seen $new_seen" '1 1'

# --- cut short with all of it in force: what is to be seen of it, and who finishes it ---
cut_short() {
        killed_at "${stop[@]}"
        holds 'it is cut short' test -d "$E/.pending"
}
cut_short
fact 'doctor tells' 1 'an installation was cut short: its files are in force' doctor
fact 'reload finishes it' 1 'an installation that was cut short is finished now' reload
is 'nothing is left, the new set is in force' "$(find "$E" -name '.*')$(in_force)" '2 ok'
cut_short
"$(dirname "$CTL")/usbzoned" --finish 2>"$T/said"
holds 'so does the unit, before the daemon' grep -q 'cut short is finished now' "$T/said"
is 'then, too, the new set is in force' "$(find "$E" -name '.*')$(in_force)" '2 ok'
"$(dirname "$CTL")/usbzoned" --finish 2>"$T/said"
is 'with nothing to finish it says nothing' "$?$(cat "$T/said")" 0
cut_short
rm "$E/authority.keys"
fact 'without the key list nothing is in force' 1 'not set up' doctor
