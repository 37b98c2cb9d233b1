#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# log and verify on ledgers made without the product's code, whole and broken.
. "$(dirname "$0")/lib.sh"
L=$T/state/ledger
make_ledger() {
        rm -rf "$L"
        head=$(python3 "$(dirname "$0")/make_ledger.py" "$L")
}
seqs() { # the numbers of the records that log shows
        out=$("$CTL" log --json "$@" 2>/dev/null | jq -r .seq | tr '\n' ' ')
        echo "${out% }"
}

fact 'no ledger' 1 'there is no ledger in' verify
mkdir -p "$L"
fact 'an empty ledger proves nothing' 1 'ledger is empty' verify
make_ledger
fact 'a whole ledger' 0 "The ledger is whole.*verified to record 6, head $head" verify
fact 'in a folder that is named' 0 'verified to record 6' verify "$L"
fact 'as JSON' 0 '"verified": true' verify --json
fact 'log says how far it is verified' 0 "verified to record 6, head $head" log
fact 'a verdict is one line with drive, verdict, reason and severity' 0 \
        'drive 2 \(W7\)  block: The drive belongs to another zone \(zone-mismatch, critical\)' log
fact 'observed verdicts are marked' 0 'no-label, warning\) \[observed only\]' log
fact 'device text stays escaped' 0 'evil\\x1b\[31m' log
holds 'no escape code comes out' bash -c '! "$0" log 2>&1 | grep -q $'"'\\e'" "$CTL"
is 'all records' "$(seqs)" '1 2 3 4 5 6'
is '--json gives the lines as they stand' "$("$CTL" log --json 2>/dev/null | sha256sum)" \
        "$(cat "$L"/*.jsonl | sha256sum)"
is '-n: the last ones' "$(seqs -n 2)" '5 6'
is '-n 0: none' "$(seqs -n 0)" ''
is '-n 100: all' "$(seqs -n 100)" '1 2 3 4 5 6'
is '--reverse' "$(seqs --reverse)" '6 5 4 3 2 1'
is '--reverse -n 2: the newest two' "$(seqs --reverse -n 2)" '6 5'
is '--since a day' "$(seqs --since 2026-11-21)" '4 5 6'
is '--since a second' "$(seqs --since 2026-11-21T11:00:00Z)" '5 6'
is '--until a day means the whole day' "$(seqs --until 2026-11-20)" '1 2 3'
is '--since and --until' "$(seqs --since 2026-11-20T08:30:00Z --until 2026-11-21T10:30:00Z)" '3 4'
is '--since -1h: long ago' "$(seqs --since -1h --until 2026-11-21T12:00:00Z | grep -c .)" \
        "$([ "$(date -d '1 hour ago' +%s)" -le 1795262400 ] && echo 1 || echo 0)"
is '--reason' "$(seqs --reason no-label)" 4
is '--severity warning means warning and worse' "$(seqs --severity warning)" '3 4'
is '--severity critical' "$(seqs --severity critical)" 3
is '--kind' "$(seqs --kind mode)" 5
is '--zone' "$(seqs --zone internet)" 3
is '--drive by media number' "$(seqs --drive N1)" 2
is '--drive by identity' "$(seqs --drive cccccccc)" 4
is '--drive by serial' "$(seqs --drive S2)" 3
is '--drive by its number' "$(seqs --drive 3)" 4
is '--drive by identity in capitals' "$(seqs --drive CCCCCCCCC)" 4
is '--drive: a part of a name is none' "$(seqs --drive S)" ''
is '--drive by its place' "$(seqs --drive 1-1)" 2
is 'filters add up' "$(seqs --kind verdict --severity warning --zone internet)" 3
fact 'a reason that is none' 2 'there is no "nolabel"' log --reason nolabel
fact 'a severity that is none' 2 '"bad" is none of' log --severity bad
fact 'a zone that is none' 2 '"home" is none of' log --zone home
fact 'a time that is none' 2 '"tomorrow-ish" is no time' log --since tomorrow-ish
fact 'a number that is none' 2 '"many" is no number' log -n many
fact 'follow and reverse' 2 'do not go together' log --follow --reverse
fact 'a folder that is none' 1 'there is no ledger' log --dir "$T/none"
is '--dir' "$(seqs --dir "$L" --kind start)" 1

# --- times as people write them ---
T0=$(date +%s)
old() { # NAME COUNT TIME: that many of the six records are not older
        is "$1" "$(seqs --since "$3" | wc -w)" "$2"
}
old 'a date and a time' 4 '2026-11-20 09:00'
old 'with seconds' 3 '2026-11-20 09:00:01'
old 'with a T' 4 '2026-11-20T09:00'
old 'a number of days ago' 6 "$(((T0 - 1795046400) / 86400 + 2)) days ago"
old 'of weeks' 6 '520 weeks ago'
old 'of months' 6 '120 months ago'
old 'a short form' 6 '87600h ago'
old 'a negative time' 6 -3650d
old 'a zone of its own' 4 '2026-11-20T17:00:00+08:00'
old 'west of UTC' 4 '2026-11-20 04:00-05:00'
old 'as records have it' 4 '2026-11-20T09:00:00.000001Z'
for t in '2026-11-20T17:00:00+8' '2026-11-20+08:00' '2026-11-20 09:00 CST' '2026-11-20T09:00:00.' '2026-11-20 09:00+25:00' \
        'yesterday 25:00' 'an ago' 'a moon ago' 'monday 8'; do
        fact "no time: '$t'" 2 'is no time' log --since "$t"
done
for t in 'yesterday 10:00' 'monday 08:30' 'today 0:00' 'an hour ago' 'a day ago' '5 min ago'; do
        fact "a time: '$t'" 0 'verified to record 6' log --since "$t"
done
is 'yesterday, with a time' "$("$CTL" log --since 'yesterday 10:00' --until 'yesterday 9:00' 2>&1)" \
        'usbzonectl: --until is before --since'
for verb in log "export $T/never.uzx" report; do
        # shellcheck disable=SC2086 # a verb and its argument
        fact "a range that ends before it begins: $verb" 2 'until is before --since' $verb --since 2026-11-21 --until 2026-11-20
done
for t in 'no days ago' '3 moons ago' '2026-02-31' '25:00' '2026-11-21 8' 'days ago' '5 days agox' '-' ''; do
        fact "no time: '$t'" 2 'is no time' log --since "$t"
done
for t in monday Tue now today yesterday 00:00 '3 days ago' '1 hour ago' -2h; do
        fact "a time: '$t'" 0 'verified to record 6' log --since "$t"
done
is 'until today means its end' "$(seqs --until "$(date +%A)")" "$(seqs --until today)"

# --- where the listing says how far it is verified ---
is 'a table ends in it' "$("$CTL" log 2>/dev/null | tail -n 1)" "verified to record 6, head $head"
is 'JSON does not' "$("$CTL" log --json 2>/dev/null | tail -n 1 | jq -r .kind)" stop
fact 'it stands on standard error then' 0 "usbzonectl: verified to record 6, head $head" log --json
is 'the newest record is shown, though nothing follows it' "$("$CTL" log -n 1 2>/dev/null | head -n 1 | awk '{ print $3 }')" 6

# --- for spreadsheets ---
"$CTL" log --csv >"$T/csv" 2>"$T/csv.err"
is 'CSV: how far it is verified is on standard error' "$(cat "$T/csv.err")" "usbzonectl: verified to record 6, head $head"
csv() { # EXPRESSION: of the rows that Python's reader gives
        python3 -c 'import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8"), strict=True))
print(eval(sys.argv[2]))' "$T/csv" "$1"
}
is 'CSV: six rows under one head' "$(csv 'len(rows)')" 6
is 'CSV: all rows are as wide as the head' "$(csv 'all(len(r) == len(rows[0]) and None not in r for r in rows)')" True
is 'CSV: cells are what the records hold' "$(csv 'rows[2]["reason"], rows[2]["media_number"], rows[2]["drive"]')" \
        "('zone-mismatch', 'W7', '2')"
is 'CSV: what has no column of its own is in the last' "$(csv 'rows[0]["more"]')" 'version=0.1.0'
is 'CSV: lines end in CR LF' "$(grep -c $'\r$' "$T/csv")" 7
for cell in '=1+1' '+1' '-1' '@SUM(A1)' $'\uff1dcmd' 'a,b' 'say "x"' 'plain'; do
        python3 "$(dirname "$0")/make_ledger.py" "$T/hostile" '' "$cell" >/dev/null
        "$CTL" log --csv --dir "$T/hostile" >"$T/csv" 2>/dev/null
        want=$cell
        [[ $cell =~ ^[=+@-] || $cell == $'\uff1d'* ]] && want="'$cell"
        is "CSV: a cell that is '$cell'" "$(csv 'rows[4]["why"]')" "$want"
done
fact 'CSV and JSON' 2 'do not go together' log --csv --json

# --- who reads it goes away, or its disk is full ---
mkdir "$T/big"
{
        echo '{"time":"2026-11-01T08:00:00","kind":"start","version":"0.1.0"}'
        for ((i = 0; i < 3000; i++)); do echo '{"time":"2026-11-01T09:00:00","kind":"removed","drive":1}'; done
} | python3 "$(dirname "$0")/make_records.py" "$T/big" ''
for form in '' --json --csv; do
        # shellcheck disable=SC2086 # a form, or none
        USBZONE_STATE_DIR=$T/big "$CTL" log $form 2>"$T/err" | head -n 1 >/dev/null
        is "log $form | head says nothing" "${PIPESTATUS[0]} $(grep -v verified "$T/err")" '0 '
        # shellcheck disable=SC2086
        out=$(USBZONE_STATE_DIR=$T/big "$CTL" log $form 2>&1 >/dev/full | grep -v verified)
        holds "log $form to a full disk: $out" grep -qx 'usbzonectl: cannot write the output\(: No space left on device\)\?' <<<"$out"
done

# --- on a terminal ---
on_terminal() { # PAGER ARGUMENTS...
        PAGER=$1 TERM=xterm python3 "$(dirname "$0")/on_terminal.py" '' "$CTL" "${@:2}" 2>&1
}
out=$(on_terminal "sed 's/^/paged: /'" log)
is 'a pager gets the listing' "$(grep -c '^paged: ' <<<"$out")" 7
is 'its last line, too' "$(tail -n 1 <<<"$out" | tr -d '\r')" "paged: verified to record 6, head $head"
out=$(on_terminal "sed 's/^/paged: /'" log --reverse)
is 'also when the newest come first' "$(grep -c '^paged: ' <<<"$out")" 7
out=$(on_terminal "sed 's/^/paged: /'" log --no-pager)
is '--no-pager' "$(grep -c '^paged: ' <<<"$out")" 0
out=$(on_terminal "sed 's/^/paged: /'" log --json)
is 'JSON goes through no pager' "$(grep -c '^paged: ' <<<"$out")" 0
out=$(on_terminal true log)
is 'a pager that reads nothing is no failure' "$?" 0
out=$(on_terminal /nonexistent/pager log)
is 'nor is one that is not there' "$?" 0

# --- heads ---
make_ledger_heads() { # SEQ...: a ledger with heads signed at these records
        rm -rf "$L"
        head=$(python3 "$(dirname "$0")/make_ledger.py" "$L" '' '' "$@")
}
make_ledger_heads 3 6
is 'the end is signed' "$("$CTL" log 2>/dev/null | tail -n 1)" "verified to record 6, head $head, signed"
make_ledger_heads 3 5
is 'the end is not signed yet' "$("$CTL" log 2>/dev/null | tail -n 1)" \
        "verified to record 6, head $head, signed up to record 5"
make_ledger_heads 3 6
sed -i '$d' "$L/0000000004.jsonl"
fact 'log sees that the end was cut off' 5 'broken at record 6: .*a signed head knows of more' log
fact 'and so does verify' 5 'broken at record 6: .*a signed head knows of more' verify
make_ledger_heads 3 6
fact 'heads agree' 0 '2 signed heads agree, the last one at record 6' verify
is 'as JSON' "$("$CTL" verify --json | jq -c '[.signed_heads, .signed_to]')" '[2,6]'
sed -i 's/^kind interval$/kind intervaI/' "$L/heads"
fact 'an altered head: which, and where' 5 'broken at record 3 \(heads, line 1\).*\[forged-head\]' verify
make_ledger_heads 3 6
sed -i '1s/^u/U/' "$L/heads"
fact 'one that no longer begins like one' 5 'broken at record 3 \(heads, line 1\).*\[forged-head\]' verify
make_ledger_heads 3 6
sed -i '$d' "$L/heads"
printf '\xe2\x80\x94 ledger' >>"$L/heads"
fact 'one that a crash cut short is told' 0 'whole.*bytes of unfinished writes.*1 signed heads agree, the last one at record 3' verify
rm "$L/heads"
fact 'all heads gone' 0 'finding \(no-heads\)' verify
is 'as JSON' "$("$CTL" verify --json | jq -c '[.signed_heads, .signed_to]')" '[0,0]'
make_ledger
holds 'a ledger that no key signs has none' bash -c '! "$0" verify | grep -q no-heads' "$CTL"
make_ledger_heads 3 6
make_ledger

# --- follow ---
mv "$L/0000000004.jsonl" "$T/later"
"$CTL" log --json --follow >"$T/followed" 2>/dev/null &
pid=$!
at_end kill "$pid"
wait_lines() { for _ in {1..200}; do [ "$(wc -l <"$T/followed")" = "$1" ] && return; sleep 0.05; done; return 1; }
holds 'follow shows what is there' wait_lines 3
mv "$T/later" "$L/0000000004.jsonl"
holds 'and what comes' wait_lines 6
kill "$pid" && wait "$pid" 2>/dev/null
cleanups=()

# --- sealed ---
key_text() { # SEQ HEX
        local text
        text=$(printf 'usbzone-ledger-key 1\nseq = %020d\nkey = %s' "$1" "$2")
        printf '%s\ncheck = %s\n' "$text" "$(printf '%s\n' "$text" | sha256sum | cut -c1-16)"
}
hex=$(printf 'c3%.0s' {1..32})
key_text 2 "$hex" >"$T/first.key"
rm -rf "$L"
head=$(python3 "$(dirname "$0")/make_ledger.py" "$L" "$hex")
fact 'seals are checked from the first key on' 0 'every seal fits the key, from record 2 on' verify --key "$T/first.key"
fact 'as JSON' 0 '"seal_checked_from": 2' verify --json --key "$T/first.key"
out=$("$CTL" verify --key - "$L" <"$T/first.key" 2>&1)
is 'the key may come from standard input' "$?" 0
key_text 2 "$(printf 'c4%.0s' {1..32})" >"$T/other.key"
fact 'with another key nothing fits' 5 'broken at record 2 .*written anew' verify --key "$T/other.key"
key_text 9 "$hex" >"$T/later.key"
fact 'a key of records that are not there' 5 'records that are not there' verify --key "$T/later.key"
fact 'a file that is no key' 2 'is no key of a ledger' verify --key "$L/0000000001.jsonl"
python3 "$(dirname "$0")/make_ledger.py" "$L" >"$T/null"
fact 'a ledger without seals where there were some' 5 'broken at record 2 .*not sealed' verify --key "$T/first.key"

# without the key, too
rm -rf "$L"
python3 "$(dirname "$0")/make_ledger.py" "$L" "$hex" >/dev/null
printf '{"seq":7,"time":"2026-11-21T13:00:00.000001Z","boot":"%032d","mono":7,"host":"%s","kind":"removed","prev":"%s","mac":""}\n' \
        0 "$(printf '1%.0s' {1..32})" "$(tail -n 1 "$L/0000000004.jsonl" | sha256sum | cut -c1-64)" >>"$L/0000000004.jsonl"
fact 'a record that fits, without a seal after sealed ones' 5 'broken at record 7.*\[unsealed\]' verify

# --- what somebody put in the place of a file: nobody waits for the other end of it ---
fact_replaced() { # NAME FILE
        local verb
        for verb in verify 'log --dir' report inspect; do
                # shellcheck disable=SC2086 # a verb and its option
                fact "$1: $verb" 5 'something else stands in the place of the file' $verb "$L"
        done
        fact "$1: which" 5 "\\($2, line 1\\).*\\[replaced\\]" verify
        fact "$1: export" 5 'a broken ledger is not exported' export "$T/never.uzx"
}
for name in 0000000001.jsonl 0000000004.jsonl heads; do
        make_ledger
        rm -f "$L/$name"
        mkfifo "$L/$name"
        fact_replaced "a FIFO: $name" "$name"
        rm "$L/$name"
        ln -s /etc/passwd "$L/$name"
        fact_replaced "a link: $name" "$name"
done
make_ledger
mkdir "$L/heads"
fact_replaced 'a folder' heads

# --- broken, each way ---
make_ledger
fact_broken() { # NAME REGEX
        fact "$1: verify" 5 "$2" verify
        fact "$1: log" 5 "$2" log
}
sed -i 's/"N1"/"N2"/' "$L/0000000001.jsonl"
fact_broken 'an altered record' 'broken at record 2 \(0000000001.jsonl, line 2\)'
is 'only what verified before it is shown' "$(seqs)" '1'
make_ledger
sed -i 's/zone-mismatch/zone-mismatcH/' "$L/0000000001.jsonl"
fact_broken 'an altered record at the end of a segment' 'broken at record 3 \(0000000001.jsonl, line 3\)'
is 'only what verified before that is shown' "$(seqs)" '1 2'
make_ledger
sed -i 2d "$L/0000000001.jsonl"
fact_broken 'a record taken out' 'broken at record 2 \(0000000001.jsonl, line 2\)'
make_ledger
sed -i 2p "$L/0000000001.jsonl"
fact_broken 'a record twice' 'broken at record 3 .*comes again.*\[misplaced\]'
make_ledger
mv "$L/0000000004.jsonl" "$L/0000000005.jsonl"
fact_broken 'a segment by another name' 'broken at record 4 .*\[swapped-segments\]'
make_ledger
rm "$L/0000000001.jsonl"
fact_broken 'a segment taken out' 'broken at record 1 '
make_ledger
sed -i '3{h;d};2{p;x;}' "$L/0000000001.jsonl"
fact_broken 'records in another order' 'broken at record'
make_ledger
echo '{"seq":7}' >>"$L/0000000004.jsonl"
fact_broken 'a line that is no record' 'broken at record 7 \(0000000004.jsonl, line 4\)'
fact 'as JSON: not verified' 5 '"verified": false' verify --json
make_ledger
printf '{"seq":7,"time":"2026' >>"$L/0000000004.jsonl"
fact 'a write that never finished is passed over and told' 0 'The ledger is whole.*21 bytes of unfinished' verify
make_ledger
printf '' >"$L/0000000004.jsonl"
fact 'an empty last segment' 0 'verified to record 3' verify
