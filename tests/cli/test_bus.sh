#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs that ask the daemon: what is shown of its answers, and what its refusals become.
. "$(dirname "$0")/lib.sh"

private_bus

for v in status list mode reload 'show 1' 'explain 1' 'allow --list'; do
        # shellcheck disable=SC2086
        fact "$v without a daemon says how to start it" 1 'usbzoned is not running: systemctl start usbzoned' $v
done

mock_daemon "$T/calls"

# --- list, status ---
fact 'list: one line a drive, in order' 0 $'No +Drive.*\n1 .*\n2 .*\n3 ' list
fact 'list: a drive with a number' 0 $'\n1 +内-001 +internal +allow +ok +sda' list
fact 'list: a drive with none has the name it gives itself' 0 'Kingston DataTraveler +not registered' list
fact 'list: an observed verdict' 0 'block \(observed\)' list
is 'list: columns begin at the same place, wide characters or not' \
        "$("$CTL" list | python3 -c '
import sys, unicodedata
def width(s): return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
print(len({width(l[:min(i for i in (l.find("allow"), l.find("block"), l.find("Verdict")) if i >= 0)]) for l in sys.stdin}))')" 1
fact 'list --blocked' 0 $'^No[^\n]*\n2 [^\n]*\n3 [^\n]*$' list --blocked
run list --json
json() { jq -r "$1" <<<"$out"; }
is 'list --json: names' "$(json '.[1] | [.number, .verdict, .reason, .severity, .vendor_id, .label.media_number] | join(" ")')" \
        '2 block zone-mismatch critical 0951 W-7'
is 'list --json: steps' "$(json '.[1].steps[1] | [.check, .reason, .saw, .wanted] | join("|")')" \
        'zone|zone-mismatch|zone internet|zone internal'
fact 'status' 0 $'Mode +enforce\nComputer +pc1.*Zone +internal.*version 4, valid until 2030.*12 drives.*99 records, head 0011223344556677' status
fact 'status counts' 0 '3 plugged in: 1 allowed, 0 read-only, 2 blocked.*2 drives that must not be here' status
run status --json
is 'status --json' "$(json '[.mode, .zone, .policy_version, .drives.violations] | join(" ")')" 'enforce internal 4 2'
fact 'mode' 0 '^enforce$' mode
fact 'mode --json' 0 '"mode": ?"enforce"' mode --json
fact 'clock: behind, and what to do' 0 '24 h 1 min.*clock accept' clock
run clock --json
is 'clock --json' "$(json '[.system_time, .judged_time, .behind, .ahead] | join(" ")')" '1795198668 1795285128 86460 0'
fact 'status names it' 0 '24 h 1 min behind the remembered time' status
fact 'so does doctor' 1 '\[clock-behind\]' doctor
fact 'clock with another word: 2' 2 'not accept' clock set
fact 'clock accept without a reason: 2' 2 'needs --reason' clock accept
fact 'clock accept by who may not: 4' 4 'group usbzone-security' clock accept --reason polkit
fact 'clock accept' 0 'has not been set back' clock accept --reason 'battery changed'
is 'what was accepted' "$(tail -n 1 "$T/calls")" 'AcceptClock battery changed'
run status
is 'then status does not name it' "$(grep -c 'remembered' <<<"$out")" 0
run doctor
is 'nor does doctor' "$(grep -c 'clock-behind' <<<"$out")" 0

mkdir "$T/log"
echo 'Nov 21 08:00:00 pc1 kernel: usb 1-1: USB disconnect, device number 2' >"$T/log/kern.log"
fact 'simulate: the drives present' 0 'W-7 +internet +2026-11-21 +1 +zone-mismatch +plugged in.*Kingston DataTraveler +- .*are blocked; next: register' \
        simulate --dir "$T/log" --days 3650
run simulate --dir "$T/log" --days 3650 --json
is 'simulate --json: mode and counts' "$(sed '/^usbzonectl: /d' <<<"$out" | jq -r '[.mode, .blocked, (.drives | length)] | join(" ")')" 'enforce 2 3'

# --- a drive by each of its names ---
for word in 2 W-7 aaaaaaaa00000000000000000000000000000000000000000000000000000002 1-2 \
        /sys/devices/pci/usb1/1-2; do
        fact "show $word" 0 $'Drive +2\nVerdict +block' show "$word"
done
fact 'show bbbbbbbb: the beginning of an identity' 0 'Drive +3' show bbbbbbbb
fact 'an identity that begins so twice' 1 'may mean drive 1 or drive 2' show aaaaaaaa
fact 'seven digits are too few' 1 'there is no drive "bbbbbbb" here' show bbbbbbb
fact 'a drive that is not there' 1 'there is no drive "9" here: see usbzonectl list' show 9
fact 'device text stays escaped' 0 'evil\\x1b\[31m' show 3
fact 'show: label and device' 0 'Holder +张三.*0951:1666 Kingston DataTraveler.*15\.5 GB' show 2
fact 'explain: the checks, what they saw, and who to call' 0 \
        $'✓ Is there a valid policy.*✗ Does the drive belong to this zone.*seen: zone internet\n +wanted: zone internal.*Rule +built-in, policy version 4\nNotice +Hand it in\.\nContact +call 123' explain W-7
fact 'explain: observed' 0 'observes only' explain 3
LANGUAGE=zh_CN fact 'explain: what the policy says in the language of who asks' 0 \
        $'\nNotice +Hand it in\\.\nContact +请拨 123$' explain W-7
LANGUAGE=de:zh_CN fact 'in the best of his languages' 0 'Contact +请拨 123$' explain W-7
LANGUAGE=de fact 'in no language in particular where there is none of his' 0 'Contact +call 123$' explain W-7
LC_ALL=C fact 'explain without symbols' 0 $'\\+ Is there a valid policy.*! Does' explain 2

# --- calls ---
fact 'allow' 0 'Exception 0123456789abcdef: allow for 1h30m' allow W-7 --for 1h30m --reason fine
is 'what was asked' "$(tail -n 1 "$T/calls")" 'Grant 2 allow 5400 fine []'
fact 'allow --read-only' 0 'read-only for 90s' allow 2 --for 90s --read-only --reason fine
is 'what was asked then' "$(tail -n 1 "$T/calls")" 'Grant 2 read-only 90 fine []'
fact 'allow --approval' 0 'read-only for 2h' allow 2 --for 2h --read-only --reason fine --approval '批 2026-17'
is 'and its number' "$(tail -n 1 "$T/calls")" 'Grant 2 read-only 7200 fine [批 2026-17]'
fact 'an approval number of nothing' 2 'approval: one line of 1 to 63 bytes' allow 2 --for 2h --reason fine --approval ''
fact 'an approval number that is too long' 2 'approval: one line of 1 to 63 bytes' allow 2 --for 2h --reason fine --approval "$(printf 'x%.0s' {1..64})"
fact 'allow --json' 0 '"grant": ?"0123456789abcdef"' allow 2 --for 1m --reason fine --json
fact 'allow --list' 0 '0123456789abcdef +allow +aaaaaaaa00000000 +2026-11-21 18:18:48 +root +为了测试 +2026-17' allow --list
fact 'allow --end of none' 1 'There is no such grant' allow --end 00
fact 'refused by policy: 3' 3 'The policy says no' allow 2 --for 1m --reason refused
fact 'not permitted: 4, naming who may' 4 'members of the group usbzone-security' allow 2 --for 1m --reason denied
fact 'a password that cannot be asked for: 4' 4 'group usbzone-admin' mode enforce --reason polkit
fact 'busy: 1' 1 'The drive is busy' allow 2 --for 1m --reason busy
fact 'mode enforce' 0 '^enforce$' mode enforce --reason 'pilot done'
is 'what was set' "$(tail -n 1 "$T/calls")" 'SetMode enforce pilot done'
fact 'a reload that is refused shows why' 1 'policy, line 3: no' reload
run doctor --json
is 'doctor: as JSON it counts the holes it lists' "$(json .holes)" "$(json '[.findings[] | select(.hole)] | length')"
is 'doctor: a hole is status 1' "$rc" 1
is 'doctor: every finding has text' "$(json '[.findings[] | select(.text == "")] | length')" 0

# --- a key list that is out, and a daemon that does not take it ---
USBZONE_BUS_ADDRESS=unix:path=$T/no-bus found
A=$T/etc/authority
keys() { printf '%s listed, %s files' "$("$CTL" authority show --json | jq '.keys | length')" "$(printf '%s\n' "$A"/*.pem | wc -l)"; }
is 'an authority' "$(keys)" '4 listed, 4 files'
fact 'issue-key: the refusal is told' 1 'policy, line 3: no.*The key list is version 2 now' authority issue-key label --no-passphrase
is 'the new key is listed, so it is kept' "$(keys)" '5 listed, 5 files'
before=$(sum "$A/policy.pem")
fact 'rotate: the same' 1 'The key list is version 3 now' authority rotate policy --no-passphrase
is 'both are kept' "$(keys)" '6 listed, 6 files'
holds 'and the new one is the one in force' test "$before" != "$(sum "$A/policy.pem")"
rm -r "${T:?}/etc" "${T:?}/state"

# --- monitor ---
"$CTL" monitor >"$T/seen" 2>"$T/note" &
pid=$!
holds 'monitor begins' wait_for grep -q watching "$T/note"
busctl --address="$USBZONE_BUS_ADDRESS" call org.usbzone1 /org/usbzone1 org.usbzone1.Manager EmitSignals
holds 'monitor shows what comes' wait_for grep -q 'drive 2  removed' "$T/seen"
is 'each thing once' "$(sed 's/^[0-9-]* [0-9:]*  //' "$T/seen")" "drive 2  plugged in
drive 2 (W-7)  block: The drive belongs to another zone (zone-mismatch, critical)
drive 1  allow: The drive may be used here (ok)
drive 1  the exception 01234567 ends at 2026-11-21 18:18:48: save your work
drive 2  removed"
fact 'a daemon that stops while it is asked' 1 'stopped while it was asked' allow 2 --for 1m --reason die
holds 'monitor says that it stopped' wait_for grep -q 'the guard has stopped' "$T/seen"
kill "$pid"
