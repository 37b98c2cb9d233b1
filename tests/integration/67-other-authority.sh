# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2086,SC2034
# An authority of SM2 takes the place of one of Ed25519 while the daemon runs, and goes again: the ledger goes
# on in SM3, its heads with an SM2 key that a record names; and back.

ctl=$build/usbzonectl
last() { records | tail -n 1 | jq -r "$1"; }
verified() { "$ctl" verify "$dir/state/ledger" 2>&1; }
newest_head() { grep '^key ' "$dir/state/ledger/heads" | tail -n 1 | cut -d' ' -f2; }
use() { # FOLDER: its files are the computer's
        rm -f "$dir"/etc/{authority.keys,host.credential,policy}
        cp "$1"/{authority.keys,host.credential,policy} "$dir/etc/"
}

mkdir "$dir/own"
cp -a "$dir/etc/." "$dir/own/"
"$dir/make-trust" "$dir/gm" --algorithm sm2 --version 50 || fail 'SM2 trust files are made'
check 'with its Ed25519 authority records tell SHA-256' test "$(last '.prev | length')" = 64
expect 'the signing key is Ed25519' '^64$' \
        bash -c "cat $dir/state/ledger/*.jsonl | jq -r 'select(.kind==\"start\") | .ledger_key | length' | tail -n 1"
before=$(head_of_ledger)
use "$dir/gm"
check 'an authority of SM2 is loaded' on $root $manager Reload
check 'the record of that is the first with SM3, and names the new key' has_record \
        ".seq > $before and .kind==\"policy-loaded\" and (.prev | startswith(\"sm3:\")) and (.ledger_key | length)==130"
expect 'its hash is SM3 of the line before' '^same$' bash -c "
        cat $dir/state/ledger/*.jsonl >$dir/all
        at=\$(grep -n '\"prev\":\"sm3:' $dir/all | head -n 1 | cut -d: -f1)
        want=\$(sed -n \"\$((at - 1))p\" $dir/all | openssl dgst -sm3 -r | cut -c1-64)
        [ \"\$(sed -n \"\${at}p\" $dir/all | jq -r .prev)\" = \"sm3:\$want\" ] && echo same"
check 'every record after it tells SM3' test \
        "$(records | tail -n +$((before + 2)) | jq -r 'select(.prev | startswith("sm3:") | not) | .seq' | wc -l)" = 0
check 'a second load names no key' on $root $manager Reload
expect 'as it is the same' '^1$' count_records ".seq > $before and .kind==\"policy-loaded\" and .ledger_key"
head=$(records | tail -n 1 | openssl dgst -sm3 -r | cut -c1-64)
expect 'the head on the bus is that of the files' "^ts $(head_of_ledger) \"sm3:$head\"$" on $root $ledger Head
expect 'and the property' "^sm3:$head$" property $root $manager LedgerHead
stop_daemon
expect 'the last head is signed with SM2' '^sm2$' newest_head
expect 'the key on disk is of SM2' 'SM2' openssl pkey -in "$dir/state/ledger-signer.pem" -noout -text
expect 'all of it verifies' 'verified to record [0-9]+, head sm3:.*signed heads agree' verified
start_daemon
check 'after a start it goes on so' test "$(last '.prev[0:4]')" = sm3:
expect 'with the same key' '^1$' bash -c "cat $dir/state/ledger/*.jsonl |
        jq -r 'select((.ledger_key | length)==130) | .ledger_key' | sort -u | wc -l"
expect 'pages over the change give all records' "^$(head_of_ledger)$" bash -c "$(declare -f pages); \
        root=$root ledger=$ledger; pages 0 | jq -r .seq | tail -n 1"
stop_daemon

# Started with the other authority, and from nothing.
use "$dir/own"
start_daemon
check 'a start with the Ed25519 authority goes back to SHA-256' test "$(last '.prev | length')" = 64
stop_daemon
expect 'and signs with Ed25519' '^ed25519$' newest_head
expect 'and all of it verifies' 'verified to record.*signed heads agree' verified
mv "$dir/state" "$dir/state.own"
use "$dir/gm"
start_daemon
stop_daemon
expect 'a new ledger under SM2 tells SM3 from its first record on' '^0$' \
        count_records '.prev | startswith("sm3:") | not'
expect 'and has no head but of SM2' '^sm2$' bash -c "sed -n 's/^key \([a-z0-9]*\) .*/\1/p' $dir/state/ledger/heads | sort -u"
expect 'it verifies' 'head sm3:' verified
rm -rf "$dir/state"
mv "$dir/state.own" "$dir/state"
use "$dir/own"
rm -rf "$dir/own" "$dir/gm"
start_daemon
