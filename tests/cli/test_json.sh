#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What programs read: of each verb that prints JSON, every key and its type, against tests/cli/golden/json. A key
# that is not always there ends in "?"; a list is told by what all its elements are together. `make golden` writes
# these files anew: a key that vanishes or changes its type breaks somebody's script.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
folder=$here/golden/json
MERGED='def merged:
        if length == 0 then "nothing"
        elif all(type == "object") then
                . as $all | [$all[] | keys[]] | unique | map(. as $k | {
                        key: ($k + if ($all | all(has($k))) then "" else "?" end),
                        value: ([$all[] | select(has($k)) | .[$k]] | merged)}) | from_entries
        elif all(type == "array") then [add | merged]
        else map(type) | unique | join(" or ") end;'
# Where keys are data, as the days of by_day, one stands for all.
DATA='def data($name): {($name): .[keys[0]]};'

rows=()
# shape NAME STATUS FILTER ARGUMENTS...: what stands on standard output is JSON alone, and has this shape.
shape() {
        local name=$1 want=$2 filter=$3
        shift 3
        rows+=("$1")
        out=$(timeout 60 "$CTL" "$@" --json 2>"$T/err" </dev/null)
        rc=$?
        is "$name: status" "$rc" "$want"
        told "$name" "$filter"
}
told() { # NAME FILTER: of $out
        local got
        got=$(jq -S -s "$MERGED $DATA map($2) | merged" <<<"$out" 2>&1)
        [ -z "${GOLDEN:-}" ] || printf '%s\n' "$got" >"$folder/$1.json"
        is "$1" "$got" "$(cat "$folder/$1.json" 2>&1)"
        [ "$rc" = "$want" ] || cat "$T/err"
        is "$1: keys are small, with underscores" \
                "$(jq -r 'if type == "string" then empty else paths | .[-1] | strings end' <<<"$got" | grep -vxE '[a-z][a-z0-9_]*[?]?|[A-Z]+')" ''
}

# --- a computer with one drive enrolled, a ledger with every kind of case, a daemon ---
found
hour() { date -u -d "$1" +%s; }
cat >"$T/more" <<END
[["2026-11-22T08:00:00.000001Z", "acknowledged", {"record": 3, "text": "seen", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:01.000001Z", "finding", {"record": 4, "text": "a", "due": $(hour '+3 days'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:02.000001Z", "instruction", {"finding": 8, "text": "b", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:03.000001Z", "finding", {"text": "c", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:04.000001Z", "finding-closed", {"finding": 10, "text": "d", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:05.000001Z", "incident", {"record": 3, "text": "e", "deadline": $(hour '+5 hours'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:06.000001Z", "incident", {"text": "f", "deadline": $(hour '+5 hours'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:07.000001Z", "incident-closed", {"incident": 13, "text": "g", "who": "li (uid 1000)"}]]
END
LEDGER_HOST=$(sed -n 's/^id = //p' "$T/etc/host.credential")
LEDGER_SIGNER=$T/state/ledger-signer.pem
export LEDGER_HOST LEDGER_SIGNER
LEDGER_MORE=$T/more python3 "$here/make_ledger.py" "$T/state/ledger" '' '' 3 6 >/dev/null
private_bus

plain_image "$T/d.img"
shape enroll 0 . enroll "$T/d.img" "${AS[@]}" --number N1 --holder 张三 --unit 机要科 --retention-years 10 --host this
shape label-show 0 . label show "$T/d.img"
run authority issue-key label --out "$T/second.pem" --no-passphrase
run policy install "$T/etc/authority/authority.keys"
plain_image "$T/two.img"
shape enroll-cosigner 0 . enroll "$T/two.img" --vid 1209 --pid 0001 --serial TWO --number N2 --cosigner \
        "$("$CTL" authority show --json | jq -r '[.keys[] | select(.purpose == "label") | .id][1]')"
shape label-show-waits 1 . label show "$T/two.img"
shape label-cosign 0 . label cosign "$T/two.img" --vid 1209 --pid 0001 --serial TWO --key "$T/second.pem" --yes
plain_image "$T/none.img"
shape label-show-none 1 . label show "$T/none.img"
shape whitelist-lookup 0 . whitelist lookup N1
W=$(echo "$T"/etc/whitelist-*.uzw)
printf 'identity,zone\n%064x,internal\n' 9 >"$T/w.csv"
shape whitelist-build 0 . whitelist build "$T/w.csv" --out "$T/w.uzw"
shape whitelist-merge 0 . whitelist merge "$T/w.uzw" "$W" --out "$T/v.uzw"
shape whitelist-diff 0 . whitelist diff "$T/w.uzw" "$W"
shape authority-show 0 . authority show
shape authority-init 0 . authority init --dir "$T/o" --name Office --no-passphrase
shape policy-show 0 . policy show
sed -e '/^—/,$d' -e 's/^version = .*/version = 99/' -e '/^contact/d' "$T/etc/policy" >"$T/next"
echo 'contact = room 301' >>"$T/next"
shape policy-diff 0 . policy diff "$T/etc/policy" "$T/next"

shape log 0 . log
shape verify 0 . verify
shape export 0 . export "$T/a.uzx"
shape verify-package 0 . verify --authority "$T/etc/authority.keys" "$T/a.uzx"
for h in a b; do
        printf '{"time":"2026-11-20T09:00:00","kind":"verdict","drive":1,"verdict":"allow","effect":"allow","reason":"ok","severity":"none","identity":"%064x","host_zone":"%s","media_number":"N1"}\n' \
                7 "$([ $h = a ] && echo internal || echo internet)" |
                python3 "$here/make_records.py" "$T/$h" "$(printf "$h%.0s" {1..32})" >/dev/null
done
shape inspect 1 '.findings |= map(.places |= (. // []))' inspect "$T/a.uzx" "$T/a/ledger" "$T/b/ledger"
shape policy-rollout-report 1 . policy rollout-report "$T/a.uzx" "$T/a/ledger"
shape finding 0 . finding list --all
shape finding-show 0 . finding show 8
shape incident 0 . incident list --all
shape report 0 '.by_day |= data("DAY") | .by_reason |= data("REASON") | .by_severity |= data("SEVERITY")
        | .by_zones |= (map_values(data("ZONE")) | data("ZONE"))
        | .drives |= map(.hosts |= data("HOST") | .zones |= data("ZONE"))' report
cat >"$T/kern.log" <<'END'
2026-11-21T08:00:00+00:00 pc1 kernel: usb 1-1.2: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10
2026-11-21T08:00:00+00:00 pc1 kernel: usb 1-1.2: SerialNumber: AAA1
2026-11-21T08:00:00+00:00 pc1 kernel: usb-storage 1-1.2:1.0: USB Mass Storage device detected
END
shape history 0 . history --file "$T/kern.log"
shape report-history 0 .history report --history "$T/kern.log"

# --- with a daemon ---
mock_daemon "$T/calls"
shape status 0 . status
shape list 0 . list
shape show 0 . show 2
shape explain 0 . explain 2
shape clock 0 . clock
shape mode 0 . mode
shape mode-enforce 0 . mode enforce --reason x
shape allow 0 . allow 2 --for 1m --reason x
shape allow-list 0 . allow --list
mkdir "$T/log"
cp "$T/kern.log" "$T/log"
shape simulate 0 . simulate --dir "$T/log" --days 3650
shape doctor 1 . doctor

# --- text is not given out as JSON, and nothing is done then ---
before=$(sum "$T/o/authority.keys")$(wc -l <"$T/calls")
while read -r words; do
        # shellcheck disable=SC2086
        fact "$words" 2 'prints no JSON' $words --json
done <<END
authority issue-key label --dir $T/o --no-passphrase
authority rotate label --dir $T/o --no-passphrase
authority retire 00000000 --dir $T/o
authority backup $T/backup --dir $T/o
policy check $T/next
policy sign $T/next --out $T/signed
policy install $T/etc/policy
finding add --text x
finding close 8 --text x
incident open --text x
incident close 12 --text x
incident template 12
allow --end 00
END
is 'nothing was done' "$(sum "$T/o/authority.keys")$(wc -l <"$T/calls") $(ls "$T/backup" "$T/signed" 2>/dev/null)" "$before "

# --- what comes while it waits; it ends the daemon ---
rows+=(monitor)
"$CTL" monitor --json >"$T/seen" 2>"$T/err" &
at_end kill_quietly $!
emit() { busctl --address="$USBZONE_BUS_ADDRESS" call org.usbzone1 /org/usbzone1 org.usbzone1.Manager EmitSignals >/dev/null; }
# It does not say when it begins to listen.
heard() { emit; grep -q '"DriveRemoved"' "$T/seen"; }
holds 'monitor hears signals' wait_for heard
kill "$daemon"
holds 'monitor tells that the guard has stopped' wait_for grep -q '"GuardStopped"' "$T/seen"
out=$(cat "$T/seen") rc=0 want=0
told monitor .

# --- and no verb is missing here ---
for verb in $("$CTL" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
        "$CTL" "$verb" --help | grep -q -- --json || continue
        is "$verb has its JSON looked at" "$(printf '%s\n' "${rows[@]}" | grep -cx "$verb" | sed 's/^[1-9].*/some/')" some
done
