#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# simulate: what enforcing would have blocked, from ledger and logs; test_bus.sh has the drives present.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")

day() { date -u -d "$1 days ago" +%Y-%m-%d; }
mkdir -p "$T/log"
stick() { # DAYS SERIAL
        sed "s|^|$(day "$1")T08:00:00Z pc1 kernel: |; s|SERIAL|$2|" <<'END'
usb 1-1.2: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10
usb 1-1.2: Product: DataTraveler
usb 1-1.2: Manufacturer: Kingston
usb 1-1.2: SerialNumber: SERIAL
usb-storage 1-1.2:1.0: USB Mass Storage device detected
END
}
{ stick 40 OLD1; stick 5 NEW1; stick 4 KNOWN; } >"$T/log/kern.log"

fact 'before the first record there are the logs' 0 'Kingston DataTraveler +- +[0-9-]+ +1 +no-label +logs only.*Of 2 drives seen since [0-9-]+: enforcing would block 2; next: register' \
        simulate --dir "$T/log"
fact 'and the same says what could not be asked' 0 'no ledger yet.*usbzoned is not running' simulate --dir "$T/log"
fact 'a log of long ago counts when asked for' 0 'Of 3 drives seen since '"$(day 60)"': enforcing would block 3' simulate --days 60 --dir "$T/log"

run simulate --dir "$T/log"
is 'the table fits 80 columns' "$(awk 'length > 80 && !/^Of|^usbzonectl/' <<<"$out")" ''

verdict() { # DAYS SERIAL IDENTITY VERDICT REASON SEVERITY [MEDIA]
        jq -cn --arg t "$(day "$1")T09:00:00.000001Z" --arg s "$2" --arg i "$3" --arg v "$4" --arg r "$5" --arg y "$6" --arg m "${7:-}" \
                '[$t, "verdict", {drive: 1, verdict: $v, effect: "allow", reason: $r, severity: $y, identity: ($i * 64), vid: "0951",
                  pid: "1666", serial: $s, scsi_vendor: "Kingston", scsi_product: "Data\u001b[31mTraveler"}
                  + if $m == "" then {} else {media_number: $m, drive_zone: "internet"} end]'
}
{
        verdict 50 S0 0 block no-label warning
        verdict 9 KNOWN a block no-label warning
        verdict 8 KNOWN a allow ok none N1
        verdict 7 S2 b block zone-mismatch critical 外-7
        verdict 6 S2 b block zone-mismatch critical 外-7
        jq -c '.[0] |= sub("09:00"; "09:01") | .[1] = "repeated" | .[2] |= (del(.verdict) | . + {of: "verdict", record: 5, times: 3})' \
                <(verdict 6 S2 b block zone-mismatch critical 外-7)
        verdict 3 S3 c block no-label warning
} | jq -s . >"$T/records"
LEDGER_ONLY=$T/records python3 "$here/make_ledger.py" "$T/state/ledger" >/dev/null

run simulate --dir "$T/log" --json
# shellcheck disable=SC2016 # jq's
out=$(sed '/^usbzonectl: /d' <<<"$out")
is 'each drive once, with its newest decision' \
        "$(jq -r '[.drives[] | [.serial, .verdict, .reason, .source, .times | tostring] | join(" ")] | sort | join(", ")' <<<"$out")" \
        'KNOWN allow ok ledger 1, NEW1 block no-label log 1, S2 block zone-mismatch ledger 5, S3 block no-label ledger 1'
is 'the counts' "$(jq -r '[.days, .blocked, .logs_only, .left_out] | join(" ")' <<<"$out")" '30 3 1 0'
fact 'a table of what would be blocked' 0 '外-7 +internet +[0-9-]+ +5 +zone-mismatch +ledger' simulate --dir "$T/log"
fact 'text of a device is safe' 0 'Data\\x1b\[31mTraveler' simulate --dir "$T/log"
fact 'logs alone are told as what they are' 0 'What only logs know was never decided' simulate --dir "$T/log"
run simulate --dir "$T/log"
is 'a registered drive is not listed' "$(grep -c N1 <<<"$out")" 0
is 'it ends in one sentence' "$(tail -n 1 <<<"$out")" \
        "Of 4 drives seen since $(day 30): enforcing would block 3; next: register what belongs here (usbzonectl enroll), then usbzonectl mode enforce"

mkdir "$T/quiet"
echo "$(day 1)T08:00:00Z pc1 kernel: usb 1-1: USB disconnect, device number 2" >"$T/quiet/kern.log"
verdict 2 S1 d allow ok none N2 | jq -s . >"$T/records"
LEDGER_ONLY=$T/records python3 "$here/make_ledger.py" "$T/calm/ledger" >/dev/null
export USBZONE_STATE_DIR=$T/calm
fact 'nothing to block' 0 'Of 1 drive seen since [0-9-]+: enforcing would block none; next: usbzonectl mode enforce' simulate --dir "$T/quiet"
export USBZONE_STATE_DIR=$T/state
sed -i 's/"serial":"S2"/"serial":"S4"/' "$T"/state/ledger/*.jsonl
fact 'evidence that does not hold is told' 5 'the evidence is broken at record 5' simulate --dir "$T/log"
for n in 0 -1 x 4000; do
        fact "--days=$n" 2 'is no number from 1 to 3650' simulate --days="$n"
done
fact 'a folder that is not there is named' 1 'cannot read /nonexistent' simulate --dir /nonexistent
