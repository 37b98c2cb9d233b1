#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stolen policy key signs the highest version there is: taking the key off the list leads back, and
# nothing older comes back with it.
. "$(dirname "$0")/lib.sh"
O=$T/office
export USBZONE_ETC_DIR=$T/pc/etc USBZONE_STATE_DIR=$T/pc/state
E=$USBZONE_ETC_DIR S=$USBZONE_STATE_DIR
mkdir -p "$E" "$S"
signed() { # FILE VERSION KEY
        printf 'usbzone-policy 1\nversion = %s\nname = County\n' "$2" >"$T/draft"
        "$CTL" policy sign "$T/draft" --dir "$O" --key "$3" --out "$1" >/dev/null 2>&1 || bad "sign $1" ''
}
key_id() { "$CTL" authority show --dir "$O" --json | jq -r "[.keys[] | select(.purpose == \"policy\")] | $1.id"; }

run authority init --dir "$O" --name County --no-passphrase
run host request --name pc --out "$T/pc.request"
run host sign "$T/pc.request" --zone internal --dir "$O" --out "$T/pc.cred"
run authority issue-key policy --dir "$O" --no-passphrase --out "$T/other.pem"
signed "$T/p3" 3 "$O/policy.pem"
signed "$T/q2" 2 "$T/other.pem"
signed "$T/q4" 4 "$T/other.pem"
signed "$T/q5" 5 "$T/other.pem"
stolen=$(key_id first)
fact 'a computer joins' 0 'policy version 3' \
        host install "$T/pc.cred" "$O"/authority.keys* "$T/p3" --yes --no-start
fact 'a policy that another key has signed' 0 'policy version 4' policy install "$T/q4"
signed "$T/last" 9223372036854775807 "$O/policy.pem"
fact 'the thief signs the last there can be' 0 'version 9223372036854775807' policy install "$T/last"
fact 'after that there is none' 3 'older than version 9223372036854775807' policy install "$T/q5"
fact 'the key is taken off the list' 0 '' authority retire "$stolen" --dir "$O" --no-passphrase
fact 'the list alone leaves no policy, and says what is missing' 1 'policy' policy install "$O/authority.keys"
fact 'with a policy that a key of the list has signed, it leads back' 0 'policy version 5' \
        policy install "$O/authority.keys" "$T/q5"
is 'that is in force' "$("$CTL" policy show --json | jq .version)" 5
fact 'what came before with that key does not come back' 3 'older than version 5' policy install "$T/q4"
cp "$T/q4" "$E/policy"
fact 'nor by hand' 1 'older than version 5 seen before' policy install "$O/authority.keys"
cp "$T/q5" "$E/policy"
fact 'nor much older ones' 3 'older than version 5' policy install "$T/q2"
fact 'nor does the policy of the thief' 1 'key that signed it|signed by a key|does not know|unknown' policy install "$T/last"
is 'what is remembered: the highest there was, and each key with its own' \
        "$(cut -d ' ' -f 2 "$S/policy-version" | sort -n | xargs)" '5 9223372036854775807 9223372036854775807'
run authority retire "$(key_id last)" --dir "$O" --no-passphrase
run authority issue-key policy --dir "$O" --no-passphrase --out "$T/third.pem"
signed "$T/r1" 1 "$T/third.pem"
fact 'when all keys of before are gone, any number will do' 0 'policy version 1' \
        policy install "$O"/authority.keys* "$T/r1"
run setup --zone internal --name pc --no-start --force
is 'a new authority begins where there is room' "$rc" 0
