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
# Heads are signed by a key made just now, so hashes differ; the time that is left of an incident does, too, and
# what is told of today.
mask() {
        sed -E "s|$T|TMP|g; s/\b[0-9a-f]{16,64}\b/HASH/g; s/\b[0-9]+ (h|小时) [0-9]+ (min|分钟?)/N \1 N \2/g
                s/[0-9]+ (d|天) [0-9]+ (h|小时)/N \1 N \2/; s/^(Issued|签发时间) .*/\1 NOW/
                s/(exported |导出于 )[0-9: -]*/\1NOW/; s/(since|自) [0-9]{4}-[0-9]{2}-[0-9]{2}/\1 DAY/" | sed -E 's/[ \r]+$//'
}
# Of doctor only what does not depend on the computer the test runs on.
own() {
        awk '/\[[a-z-]+\]$/ { on = /\[(ledger-not-sealed|not-set-up|clock-behind)\]$/ } /^[0-9]/ { on = 1; sub(/^[0-9]+/, "N") } on'
}
verbs=() fresh=() # a file to be copied to another before each run
# golden NAME STATUS ARGUMENTS...
golden() {
        local name=$1 want=$2 lang file got
        shift 2
        verbs+=("$1")
        for lang in en zh_CN; do
                file=$folder/$name.$lang
                [ ${#fresh[@]} = 0 ] || cp "${fresh[@]}"
                LANGUAGE=$lang run "$@"
                # The column of the time that is left is as wide as its digits
                got=$(case $name in doctor) own ;; incident) tr -s ' ' ;; *) cat ;; esac <<<"$out" | mask)
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
golden mode 0 mode
golden clock 0 clock
golden clock-accept 0 clock accept --reason x
golden allow 0 allow 2 --for 90m --reason x
golden allow-list 0 allow --list

# --- cases: an open finding, an overdue one, a closed one; incidents ---
far=4070908800 past=1767225600
cat >"$T/more" <<END
[["2026-11-22T08:00:00.000001Z", "acknowledged", {"record": 3, "text": "seen", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:01.000001Z", "finding", {"record": 4, "text": "a drive that is not in the register", "due": $far, "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:02.000001Z", "instruction", {"finding": 8, "text": "register it 登记", "who": "wang (uid 1001)"}],
 ["2026-11-22T08:00:03.000001Z", "finding", {"text": "台账不全", "due": $past, "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:04.000001Z", "finding", {"text": "a door", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:05.000001Z", "finding-closed", {"finding": 11, "text": "locked", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:06.000001Z", "incident", {"record": 3, "text": "W7 was here", "deadline": $far, "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:07.000001Z", "incident", {"text": "copied?", "deadline": $past, "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:08.000001Z", "incident-closed", {"incident": 14, "text": "it was empty", "who": "li (uid 1000)"}]]
END
LEDGER_MORE=$T/more python3 "$here/make_ledger.py" "$T/cases" >/dev/null
golden finding 0 finding --all --dir "$T/cases"
golden finding-show 0 finding show 8 --dir "$T/cases"
golden incident 0 incident --all --dir "$T/cases"
golden acknowledge 0 acknowledge 4 --text seen
golden finding-add 0 finding add --text x
golden finding-close 0 finding close 8 --text x --dir "$T/cases"
golden incident-open 0 incident open --text x
golden incident-close 0 incident close 13 --text x
golden reload 1 reload
golden incident-template 0 incident template 13 --dir "$T/cases"

# --- many computers; what logs name ---
for h in a b; do
        printf '{"time":"2026-11-20T09:00:00","kind":"verdict","drive":1,"verdict":"allow","effect":"allow","reason":"ok","severity":"none","identity":"%064x","host_zone":"%s","media_number":"N1"}\n' \
                7 "$([ $h = a ] && echo internal || echo internet)" |
                python3 "$here/make_records.py" "$T/$h" "$(printf "$h%.0s" {1..32})" >/dev/null
done
golden inspect 1 inspect "$T/a/ledger" "$T/b/ledger"
golden inspect-list 1 inspect --list "$T/a/ledger" "$T/b/ledger"
at() { echo "{\"time\":\"2026-11-$1T09:00:00\",$2}"; }
in_force() { echo "\"kind\":\"policy-loaded\",\"policy_version\":$2,\"keys_version\":1,\"host_name\":\"$1\",\"zone\":\"internal\",\"whitelist\":\"$(printf '%064x' "$2")\",\"revoked\":3,\"policy_ends\":$3"; }
{ at 20 "$(in_force pc-1 7 4070908800)"; } | python3 "$here/make_records.py" "$T/h1" "$(printf '1%.0s' {1..32})"
{ at 18 "$(in_force 档案室-2 6 1262304000)"
        at 20 '"kind":"policy-refused","reason":"policy-invalid","policy_version":7,"message":"/etc/usbzone/policy, line 4, column 9: expected a whole number from 1 to 9"'; } |
        python3 "$here/make_records.py" "$T/h2" "$(printf '2%.0s' {1..32})"
golden policy-rollout-report 1 policy rollout-report "$T/h1/ledger" "$T/h2/ledger"
mkdir "$T/log"
cat >"$T/log/kern.log" <<'END'
2026-11-21T08:00:00+00:00 pc1 kernel: usb 1-1.2: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10
2026-11-21T08:00:00+00:00 pc1 kernel: usb 1-1.2: Product: DataTraveler
2026-11-21T08:00:00+00:00 pc1 kernel: usb 1-1.2: SerialNumber: AAA1
2026-11-21T08:00:00+00:00 pc1 kernel: usb-storage 1-1.2:1.0: USB Mass Storage device detected
END
golden history 0 history --dir "$T/log"
seen() { # PORT SERIAL BLOCKS
        sed 's/^/2026-11-22T09:00:00+00:00 pc1 kernel: /' <<END
usb $1: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10
usb $1: Product: DataTraveler
usb $1: SerialNumber: $2
scsi host6: usb-storage $1:1.0
scsi 6:0:0:0: Direct-Access     Kingston DataTraveler 3.0 1.10 PQ: 0 ANSI: 6
sd 6:0:0:0: [sdb] $3 512-byte logical blocks: (8.39 MB/8.00 MiB)
END
}
mkdir "$T/seen"
{ seen 1-1 AAA2 15728640; seen 1-2 AAA3 15728640; cat "$T/log/kern.log"; } >"$T/seen/kern.log"
"$CTL" history --json --dir "$T/seen" 2>/dev/null |
        jq -r '"identity,zone,level", (.[] | select(.serial == "AAA2") | .identity + ",classified,secret")' >"$T/seen.csv"
"$CTL" whitelist build "$T/seen.csv" --out "$T/seen.uzw" >/dev/null
golden history-whitelist 0 history --dir "$T/seen" --whitelist "$T/seen.uzw"
golden history-each 0 history --each --dir "$T/seen" --whitelist "$T/seen.uzw"
golden simulate 0 simulate --dir "$T/log" --days 3650

# --- an office's files ---
id() { printf '%064x' "$1"; }
printf 'identity,zone,level\n%s,internal,\n%s,classified,secret\n' "$(id 10)" "$(id 11)" >"$T/a.csv"
printf 'identity,zone,level\n%s,internet,\n%s,classified,secret\n' "$(id 10)" "$(id 11)" >"$T/b.csv"
golden whitelist-build 0 whitelist build "$T/a.csv" --out "$T/a.uzw"
"$CTL" whitelist build "$T/b.csv" --out "$T/b.uzw" >/dev/null
golden whitelist-lookup 0 whitelist lookup "$(id 11)" "$T/a.uzw"
golden whitelist-diff 0 whitelist diff "$T/a.uzw" "$T/b.uzw"
draft() { # VERSION LINE...
        printf 'usbzone-policy 1\nname = County\nversion = %s\nnot-before = 2026-01-01\n' "$1"
        shift
        printf '%s\n' "$@"
}
draft 1 'expires = 2090-01-01' 'contact = room 301' >"$T/p1"
draft 2 'expires = 2091-01-01' 'two-signatures = top-secret' 'contact = room 301' 'class = block e0:*:*' >"$T/p2"
golden policy-check 0 policy check "$T/p1"
golden policy-show 0 policy show "$T/p2"
golden policy-diff 0 policy diff "$T/p1" "$T/p2"

sed -i 's/"serial":"S2"/"serial":"S9"/' "$T"/state/ledger/*.jsonl
golden verify-broken 5 verify
golden log-broken 5 log
kill "$daemon"
wait_for eval '! answers org.usbzone1'
golden status-stopped 1 status

# --- what a computer alone does with a drive ---
found
plain_image "$T/d.img"
golden label-none 1 label show "$T/d.img"
golden enroll 0 enroll "$T/d.img" "${AS[@]}" --number N1 --holder 张三 --unit 机要科 --relabel --no-whitelist \
        --not-before 2026-01-01 --not-after 2090-01-01 --retention-years 10
golden label 0 label show "$T/d.img"
golden authority 0 authority show
run authority issue-key label --out "$T/second.pem" --no-passphrase
run policy install "$T/etc/authority/authority.keys"
second=$("$CTL" authority show --json | jq -r '[.keys[] | select(.purpose == "label") | .id][1]')
plain_image "$T/two.img"
TWO=("$T/two.img" --vid 1209 --pid 0001 --serial TWO)
golden enroll-cosigner 0 enroll "${TWO[@]}" --number N2 --holder 张三 --relabel --cosigner "$second" --no-whitelist \
        --not-before 2026-01-01 --not-after 2090-01-01
golden label-waits 1 label show "$T/two.img"
golden label-cosign-asks 2 label cosign "${TWO[@]}" --key "$T/second.pem"
golden label-cosign-first 3 label cosign "${TWO[@]}"
fresh=("$T/two.img" "$T/half.img")
golden label-cosign 0 label cosign "$T/half.img" "${TWO[@]:1}" --key "$T/second.pem" --yes
fresh=()
golden label-two 0 label show "$T/half.img"
run revoke N1 --reason lost
is "a drive is revoked" "$rc" 0
golden revoke-twice 1 revoke N1 --reason lost
golden host-request 0 host request --name pc2 --out "$T/pc2.request"
rm -r "$T/state/ledger"
LEDGER_HOST=$(sed -n 's/^id = //p' "$T/etc/host.credential")
LEDGER_SIGNER=$T/state/ledger-signer.pem
export LEDGER_HOST LEDGER_SIGNER
python3 "$here/make_ledger.py" "$T/state/ledger" '' '' 3 6 >/dev/null
golden export 0 export --force "$T/a.uzx"
golden verify-package 0 verify "$T/a.uzx"
golden report-csv 0 report --csv

# --- and no verb is missing; setup and monitor have tests of their own, in both languages ---
for verb in $("$CTL" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
        case $verb in setup | monitor) continue ;; esac
        is "$verb has its words looked at" "$(printf '%s\n' "${verbs[@]}" | grep -cx "$verb" | sed 's/^[1-9].*/some/')" some
done
