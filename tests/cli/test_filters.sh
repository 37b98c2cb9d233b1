#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The filters of log find what a slow reading of every line finds, also where a record is spelled to be overlooked.
. "$(dirname "$0")/lib.sh"
L=$T/ledger slow=$(dirname "$0")/hostile_records.py
python3 "$slow" make "$L"
fact 'the ledger of hostile records is whole' 0 'verified to record 111' verify "$L"

finds() { # NAME=WORD...: options of log, and of the slow reading
        local w options=() got want
        for w in "$@"; do
                case $w in
                open=1 | acknowledged=1) options+=("--${w%=1}") ;;
                last=*) options+=(-n "${w#last=}") ;;
                *) options+=("--${w%%=*}" "${w#*=}") ;;
                esac
        done
        want=$(python3 "$slow" find "$L" "$@")
        got=$("$CTL" log --dir "$L" --json "${options[@]}" 2>/dev/null |
                python3 -c 'import json, sys; print(*[json.loads(line)["seq"] for line in sys.stdin])')
        is "the same by both: $*" "$got" "$want"
        [ -n "$want" ] || bad "the query $* asks for nothing"
}
drives=(7 77 27 N27 n27 N2 true 01234567 0123456789ABCDEF0123 ffff4567 王芳 编号27 'a\xff"b')
for d in "${drives[@]}"; do finds drive="$d"; done
for r in zone-mismatch no-label ok; do finds reason=$r; done
for s in notice warning critical; do finds severity=$s; done
for k in verdict tamper mode acknowledged finding stop; do finds kind=$k; done
for z in internet internal; do finds zone=$z; done
finds open=1
finds acknowledged=1
finds since=2026-11-02T01:00:00Z
finds until=2026-11-02T01:00:00Z
finds since=2026-11-02T01:00:00Z until=2026-11-02T01:00:00Z
for common in open=1 acknowledged=1 since=2026-11-01T10:00:00Z until=2026-11-04T02:00:00Z last=5; do
        finds "$common" reason=zone-mismatch
        finds "$common" kind=verdict
        finds "$common" severity=critical
        finds "$common" zone=internet
        finds "$common" drive=N27
        finds "$common" drive=01234567
        finds "$common" kind=verdict reason=zone-mismatch drive=N27
done
none() { # OPTIONS...: nothing fits
        is "nothing: $*" "$("$CTL" log --dir "$L" --json "$@" 2>/dev/null | wc -l)" 0
}
none --drive 0123456
none --drive N
none --drive zone-mismatch
none --kind verdict --since 2027-01-01
none --zone classified
# What is built of a plainly spelled line is what a JSON reader builds of it.
"$CTL" log --dir "$L" --csv >"$T/csv" 2>/dev/null
holds 'cells are what a JSON reader gives' python3 - "$T/csv" "$L/0000000001.jsonl" <<'EOF'
import csv, json, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file, strict=True))
with open(sys.argv[2], encoding="utf-8") as file:
    records = [json.loads(line) for line in file]
assert len(rows) == len(records)
for row, record in zip(rows, records):
    for key, cell in row.items():
        value = record.get(key, "")
        if key == "more" or isinstance(value, dict):
            continue
        want = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        assert cell == want, (record["seq"], key, cell, want)
EOF
is 'a listing has a line for each record and one more' "$("$CTL" log --dir "$L" --no-pager 2>/dev/null | wc -l)" 112
