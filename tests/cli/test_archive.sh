#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# export --archive: closed segments go into a package, the ledger says so, and only then they are
# removed; and what every reader says of the ledger that is left.
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
L=$T/state/ledger
P=$T/a.uzx
found
LEDGER_HOST=$(sed -n 's/^id = //p' "$T/etc/host.credential")
LEDGER_SIGNER=$T/state/ledger-signer.pem
export LEDGER_HOST LEDGER_SIGNER
hex=$(printf 'c3%.0s' {1..32})
{
        printf 'usbzone-ledger-key 1\nseq = %020d\nkey = %s' 2 "$hex" >"$T/key"
        printf '\ncheck = %s\n' "$({ cat "$T/key"; echo; } | sha256sum | cut -c1-16)" >>"$T/key"
}
make() { # two segments, records 1 to 3 and 4 to 6, sealed from record 2 on
        rm -rf "$L" "$P"
        python3 "$HERE/make_ledger.py" "$L" "$hex" '' 3 6 >/dev/null
}
segments() { (cd "$L" && echo *.jsonl); }
asked() { grep -c "^$1" "$T/asked"; }
# What the daemon writes: archived LAST HEAD SUM [KEY]
archived() {
        python3 "$HERE/append_record.py" "$L" archived "$(jq -cn --argjson last "$1" --arg head "$2" --arg sum "$3" \
                --arg key "$(openssl pkey -in "$LEDGER_SIGNER" -pubout -outform DER | tail -c 32 | xxd -p -c 64)" \
                '{last: $last, head: $head, package: $sum, ledger_keys: $key, who: "wang (uid 1001)"}')" "${@:4}"
}
head_3() { sed -n 's/.*,"prev":"\([0-9a-f]*\)".*/\1/;1p' "$L/0000000004.jsonl"; }

# --- what comes first ---
make
fact 'no daemon, no archive' 1 'nothing was removed from the ledger; .* stays' export --archive "$P"
is 'nothing is removed' "$(segments)" '0000000001.jsonl 0000000004.jsonl'
fact 'what was exported is an export' 0 'records 1 to 3,' verify "$P"
private_bus
export MOCK_ARCHIVE=$T/refuse
mock_daemon "$T/asked"
rm "$P"
: >"$MOCK_ARCHIVE"
fact 'it cannot be recorded' 1 'could not be written.*nothing was removed|nothing was removed.*could not be written' export --archive "$P"
is 'then nothing is removed' "$(segments)" '0000000001.jsonl 0000000004.jsonl'
fact 'the ledger is whole' 0 'The ledger is whole' verify "$L"
rm "$MOCK_ARCHIVE"
for option in '--since today' '--until today' --force; do
        # shellcheck disable=SC2086
        fact "not with $option" 2 'does not go with' export --archive $option "$P"
done
fact 'an existing file stays' 1 'exists already' export --archive "$P"
rm "$P"
cp -a "$L" "$T/good"
sed -i 's/"serial":"S1"/"serial":"S9"/' "$L/0000000001.jsonl"
fact 'a broken ledger is not archived' 5 'broken at record 2' export --archive "$P"
is 'and stays' "$(segments)" '0000000001.jsonl 0000000004.jsonl'
rm -rf "$L"
cp -a "$T/good" "$L"

# --- and then ---
before=$(asked RecordArchive)
head=$(head_3)
all=$(sed -n 1,3p "$L/0000000001.jsonl")
fact 'closed segments are archived' 0 'Records 1 to 3 are in .*Record 100 says so' export --archive "$P"
sum=$(sha256sum <"$P" | cut -d' ' -f1)
is 'the daemon was told' "$(tail -n 1 "$T/asked")" "RecordArchive 3 $head $sum"
is 'once' "$(asked RecordArchive)" $((before + 1))
is 'they are gone, the newest stays' "$(segments)" 0000000004.jsonl
is 'the package has them, byte for byte' "$(tail -n 3 "$P")" "$all"
fact 'it is whole' 0 'The package is whole.*records 1 to 3,' verify "$P"
fact 'there is no more to archive' 1 'no closed segment' export --archive "$T/b.uzx"

# The mock has written nothing: the ledger does not say so.
fact 'without the record a segment is missing' 5 'record 1 .*\[removed-segment\]' verify "$L"
fact 'log says so as well' 5 'removed-segment' log --dir "$L"
cp -a "$L" "$T/none.ledger"
archived 3 "$head" "$sum" "$hex"
fact 'with the record it is whole' 0 "records 1 to 3 were archived on 2026-11-22 by wang .uid 1001., says record 7: the package with the SHA-256 $sum proves them" \
        verify "$L"
fact 'with the first key too' 0 'every seal fits the key, from record 4 on' verify --key "$T/key" "$L"
fact 'heads of what is gone break nothing' 0 '2 signed heads agree, the last one at record 6' verify "$L"
is 'as JSON' "$("$CTL" verify --json --key "$T/key" "$L" | jq -c '[.verified, .seal_checked_from, .archived.begins_after,
        .archived.last, .archived.head, .archived.package, .archived.record, .archived.who]')" \
        "[true,4,3,3,\"$head\",\"$sum\",7,\"wang (uid 1001)\"]"
is 'log shows what is left' "$("$CTL" log --json --dir "$L" | jq .seq | tr '\n' ' ')" '4 5 6 7 '
fact 'report reads it' 0 '' report "$L" --out "$T/r.html"
fact 'an export of it begins there' 0 'Records 4 to 7' export "$T/c.uzx"
fact 'and is whole' 0 'records 4 to 7,.*2 signed heads' verify "$T/c.uzx"
fact 'with the first key' 0 'every seal fits' verify --key "$T/key" "$T/c.uzx"

# --- together with the package ---
fact 'alone it lacks records' 1 'not-exported' inspect "$L"
fact 'with the package it is one computer, whole' 0 '1 computers, 2 exports, 7 records.*nothing' inspect "$P" "$L"
fact 'so are both packages' 0 '1 computers, 2 exports, 7 records.*nothing' inspect "$P" "$T/c.uzx"

# --- archived again ---
python3 "$HERE/append_record.py" "$L" mode '{"mode":"observe","who":"root"}' "$hex"
tail -n 1 "$L/0000000004.jsonl" >"$L/0000000008.jsonl"
sed -i '$d' "$L/0000000004.jsonl"
fact 'a second closed segment' 0 'Records 4 to 7 are in' export --archive "$T/d.uzx"
is 'is removed in turn' "$(segments)" 0000000008.jsonl
read -r _ last head2 sum2 < <(tail -n 1 "$T/asked")
archived "$last" "$head2" "$sum2" "$hex"
fact 'the ledger is whole' 0 "records 1 to 7 were archived .* record 9: .* $sum2" verify --key "$T/key" "$L"
fact 'all three together are one' 0 '1 computers, 3 exports, 9 records.*nothing' inspect "$P" "$T/d.uzx" "$L"

# --- records that prove nothing ---
try() { # NAME KIND LAST HEAD [KEY]
        rm -rf "$T/try"
        cp -a "$T/none.ledger" "$T/try"
        L=$T/try archived "$3" "$4" "$sum" "${@:5}"
        fact "$1" 5 "\\[$2\\]" verify "$T/try"
        fact "$1, with the key" 5 "\\[$2\\]" verify --key "$T/key" "$T/try"
}
try 'the hash of another record' removed-segment 3 "$(printf '0%.0s' {1..64})" "$hex"
try 'another number' removed-segment 2 "$head" "$hex"
try 'a later number, which does not fit' removed-segment 5 "$head" "$hex"
try 'a record without its seal' unsealed 3 "$head"
rm -rf "$T/try"
cp -a "$T/none.ledger" "$T/try"
L=$T/try archived 3 "$head" "$sum" "$(printf 'c4%.0s' {1..32})"
fact 'a record with a seal of another key' 5 '\[altered\]' verify --key "$T/key" "$T/try"
