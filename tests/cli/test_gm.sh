#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Ledgers in SM3 with heads of SM2: log, verify, export, inspect, report; and ledgers that changed to it.
. "$(dirname "$0")/lib.sh"
HERE=$(dirname "$0")
L=$T/state/ledger
P=$T/a.uzx
fact 'a computer with an authority of SM2' 0 'zone internal' \
        setup --zone internal --name pc1 --algorithm sm2 --no-start --ledger-key-out "$T/first.key"
LEDGER_HOST=$(sed -n 's/^id = //p' "$T/etc/host.credential")
LEDGER_SIGNER=$T/state/ledger-signer.pem
export LEDGER_HOST LEDGER_SIGNER LEDGER_ALGORITHM=sm2 LEDGER_SM3=1
hex=$(sed -n 's/^key = //p' "$T/first.key")
make() { # SEQ...: a sealed ledger with heads signed at these records
        rm -rf "$L"
        head=$(python3 "$HERE/make_ledger.py" "$L" "$hex" '' "$@")
}
key_text() { # HEX: the key of record 2, from which on make_ledger.py seals
        local text
        text=$(printf 'usbzone-ledger-key 1\nseq = %020d\nkey = %s' 2 "$1")
        printf '%s\ncheck = %s\n' "$text" "$(printf '%s\n' "$text" | sha256sum | cut -c1-16)"
}
key_text "$hex" >"$T/second.key"

make 3 6
is 'the head tells that it is SM3' "${head:0:4} ${#head}" 'sm3: 68'
fact 'log' 0 "verified to record 6, head $head, signed" log
fact 'verify' 0 "The ledger is whole.*verified to record 6, head $head.*2 signed heads agree" verify
fact 'with the seals' 0 'every seal fits the key, from record 2 on' verify --key "$T/second.key"
is 'as JSON' "$("$CTL" verify --json | jq -r .head)" "$head"
fact 'report' 0 "$head" report --json
key_text "$(printf 'c4%.0s' {1..32})" >"$T/other.key"
fact 'not with another key' 5 'broken at record 2 .*written anew.*\[resealed\]' verify --key "$T/other.key"

# --- what the manual page says, on this ledger and on one that changed ---
man_script() { # FROM TO: the lines between
        (cd "$HERE/../.." && mandoc -Tutf8 -O width=400 docs/usbzone-ledger.5 | sed -e $'s/.\b//g' |
                sed -n "/$1/,/$2/p" | sed 's/‐/-/g; s/^ \{5\}//')
}
man_script '#!\/bin\/sh' 'echo "verified to' >"$T/check.sh"
by_hand() { sh "$T/check.sh" "$L" 2>&1; }
{ # the seals: of each record from the second on
        echo 'check() {' && man_script '^ *mac() {' '^ *next$' && echo '}'
        echo "key=$hex"
        cat <<'END'
cat "$1"/*.jsonl | tail -n +2 | while IFS= read -r line; do
        seq=$(printf '%s' "$line" | jq -r .seq) prev=$(printf '%s' "$line" | jq -r .prev)
        check
        echo "$seq"
done
END
} >"$T/seals.sh"
seals_by_hand() { bash "$T/seals.sh" "$L" 2>&1 | tr '\n' ' '; }
is 'the script of the manual page verifies it' "$(by_hand)" "verified to 6, head $head"
is 'and its seals' "$(seals_by_hand)" '2 3 4 5 6 '
sed -i 's/"N1"/"N2"/' "$L/0000000001.jsonl"
is 'and sees what was altered' "$(by_hand)" 'broken in 0000000001.jsonl after record 2'
is 'by the seal, too' "$(seals_by_hand)" '2 was written anew 2 3 4 5 6 '

# --- tampering ---
broken() { # NAME REGEX SED-SCRIPT FILE: after the change both verbs tell it
        make 3 6
        sed -i "$3" "$L/$4"
        fact "$1: verify" 5 "$2" verify
        fact "$1: log" 5 "${2%% *}" log
}
broken 'an altered record' 'broken at record 2 ' 's/"N1"/"N2"/' 0000000001.jsonl
broken 'a record that tells SHA-256 instead' 'broken at record 2 .*\[altered\]' '2s/sm3://g' 0000000001.jsonl
broken 'a prev that does' 'broken at record 2 .*\[altered\]' '2s/"prev":"sm3:/"prev":"/' 0000000001.jsonl
broken 'a mac that does' 'broken at record 2 .*\[altered\]' '2s/"mac":"sm3:/"mac":"/' 0000000001.jsonl
broken 'a record taken out' 'broken at record 2 .*\[gap\]' 2d 0000000001.jsonl
make 3 6
sed -i '0,/^hash sm3$/{/^hash sm3$/d}' "$L/heads"
fact 'a head that tells SHA-256 instead' 5 '\[forged-head\]' verify
make 3 6
sed -i '0,/^key sm2 /s//key ed25519 /' "$L/heads"
fact 'a head with the name of the other algorithm' 5 '\[forged-head\]' verify
make 3
LEDGER_ALGORITHM=ed25519 LEDGER_SIGNER=$T/thief.pem python3 "$HERE/make_ledger.py" "$T/theirs" "$hex" '' 6 >/dev/null
cat "$T/theirs/heads" >>"$L/heads"
fact 'a head of an Ed25519 key that is not this computer'"'"'s' 5 'broken at record 6.*\[(forged-head|rewritten)\]' verify

# --- packages ---
make 3 6
fact 'export' 0 "Records 1 to 6 are in $P.*head $head" export "$P"
fact 'the package is whole' 0 "The package is whole.*verified to record 6, head $head.2 signed heads agree" verify "$P"
fact 'its authority signed the credential' 0 'its credential is signed by' verify --authority "$T/etc/authority.keys" "$P"
is 'the manifest tells SM3 of each part' "$(sed '/^$/q' "$P" | grep -acE '^(authority|credential|heads|records) = [0-9]+ sm3:')" 4
is 'as openssl computes it' "$(cat "$L"/*.jsonl | openssl dgst -sm3 -r | cut -c1-64)" \
        "$(sed -n 's/^records = [0-9]* sm3://p;/^$/q' "$P")"
fact 'a later range' 0 'Records 4 to 6' export --since 2026-11-21 "$T/m.uzx"
fact 'its seals' 0 'every seal fits the key' verify --key "$T/second.key" "$T/m.uzx"
fact 'with another key' 5 '\[resealed\]' verify --key "$T/other.key" "$T/m.uzx"
sed 's/"mode":"enforce"/"mode":"observe"/' "$P" >"$T/bad.uzx"
fact 'an altered package' 5 'altered' verify "$T/bad.uzx"
sed 's/^records = \([0-9]*\) sm3:/records = \1 /' "$P" >"$T/bad.uzx"
fact 'an altered manifest' 5 'altered-manifest' verify "$T/bad.uzx"

# --- a ledger that changed in the middle ---
for from in 2 4 5; do
        LEDGER_SM3=$from make 2 3 6
        fact "from record $from on in SM3" 0 "verified to record 6, head $head.*3 signed heads agree.*every seal fits" \
                verify --key "$T/second.key"
        is "the manual page's script, from record $from on" "$(by_hand)" "verified to 6, head $head"
        is "and the seals, from record $from on" "$(seals_by_hand)" '2 3 4 5 6 '
        for since in 2026-11-20T08:01:00Z 2026-11-20T09:00:00Z 2026-11-21T10:00:00Z 2026-11-21T11:00:00Z; do
                "$CTL" export --since "$since" --force "$P" >/dev/null 2>&1
                fact "a package since $since, changed at $from" 0 'every seal fits the key' verify --key "$T/second.key" "$P"
        done
        sed -i "s/\"prev\":\"sm3:/\"prev\":\"/" "$L/0000000004.jsonl"
        fact "and its records made to tell SHA-256, changed at $from" 5 'broken at record.*\[altered\]' verify
done

# --- inspect: one computer of each kind ---
make 3 6
"$CTL" export --force "$T/sm2.uzx" >/dev/null
mkdir "$T/ed" "$T/all"
LEDGER_HOST=$(printf '2%.0s' {1..32}) LEDGER_SIGNER=$T/ed/ledger-signer.pem LEDGER_ALGORITHM=ed25519 LEDGER_SM3=0 \
        python3 "$HERE/make_ledger.py" "$T/ed/ledger" '' '' 3 6 >/dev/null
USBZONE_ETC_DIR=$T/none USBZONE_STATE_DIR=$T/ed "$CTL" export "$T/all/ed.uzx" >/dev/null
cp "$T/sm2.uzx" "$T/all/"
is 'inspect reads both' "$("$CTL" inspect --json "$T/all" | jq -c '[.verified, .exports, .records]')" '[true,2,12]'
is 'one of them in SM3' "$("$CTL" inspect --json "$T/all" | jq '[.computers[] | select(.head | startswith("sm3:"))] | length')" 1
is 'and knows of the head' "$("$CTL" inspect --json "$T/all" | jq -r '.computers[].head | select(startswith("sm3:"))')" "$head"
"$CTL" export --since 2026-11-21 --force "$T/all/later.uzx" >/dev/null
is 'overlapping exports agree' "$("$CTL" inspect --json "$T/all" | jq -c '[.verified, .exports, .records]')" '[true,3,12]'
rm -rf "$L"
LEDGER_SM3=4 python3 "$HERE/make_ledger.py" "$L" "$hex" '' 3 6 >/dev/null
"$CTL" export --since 2026-11-21T11:00:00Z --force "$T/all/later.uzx" >/dev/null
fact 'records in another hash than before are other records' 5 'forked' inspect "$T/all"
sed -i 's/"prev":"sm3:0/"prev":"sm3:1/' "$T/all/sm2.uzx"
fact 'a broken one is told' 5 '\[broken\]' inspect "$T/all"

# --- and without SM3: what the manual page says holds for every ledger ---
rm -rf "$L"
head=$(LEDGER_SM3=0 LEDGER_ALGORITHM=ed25519 python3 "$HERE/make_ledger.py" "$L" "$hex")
is 'a ledger in SHA-256 by hand' "$(by_hand)" "verified to 6, head $head"
is 'and its seals by hand' "$(seals_by_hand)" '2 3 4 5 6 '
