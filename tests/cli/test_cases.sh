#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What follows a violation: acknowledged, findings and their closure, incidents; on a ledger made without the
# product's code, and what is asked of a daemon.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")
L=$T/state/ledger
day() { date -u -d "$1" +%s; }
# Records 7 to 18; the violations are 3 and 4.
cat >"$T/more" <<END
[["2026-11-22T08:00:00.000001Z", "acknowledged", {"record": 3, "text": "looked into", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:01.000001Z", "finding", {"text": "no register is kept", "due": $(day '+3 days'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:02.000001Z", "finding", {"record": 4, "text": "互联网U盘接入内部计算机，且未登记，持有人不明，需要全面清查本科室所有U盘", "due": $(day '-2 days'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:03.000001Z", "instruction", {"finding": 8, "text": "keep one", "due": $(day '+9 days'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:04.000001Z", "remedy", {"finding": 8, "text": "begun", "who": "wang (uid 1001)"}],
 ["2026-11-22T08:00:05.000001Z", "finding", {"text": "a door", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:06.000001Z", "finding-closed", {"finding": 12, "text": "locked now", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:07.000001Z", "remedy", {"finding": 12, "text": "too late", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:08.000001Z", "incident", {"record": 3, "text": "W7 was here", "deadline": $(day '-1 hour'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:09.000001Z", "incident", {"text": "copied?", "deadline": $(day '+5 hours'), "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:10.000001Z", "incident-closed", {"incident": 16, "text": "it was empty", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:11.000001Z", "remedy", {"finding": 15, "text": "an incident is no finding", "who": "li (uid 1000)"}],
 ["2026-11-22T08:00:12.000001Z", "verdict", {"drive": 4, "verdict": "block", "effect": "block", "reason": "no-label",
   "severity": "warning", "vid": "0951", "pid": "1666", "serial": "\\"kind\\":\\"acknowledged\\"", "record": 19}]]
END
make_ledger() {
        rm -rf "$L"
        head=$(LEDGER_MORE=$T/more python3 "$here/make_ledger.py" "$L")
}
make_ledger
seqs() { out=$("$CTL" log --json "$@" 2>/dev/null | jq -r .seq | tr '\n' ' '); echo "${out% }"; }

is 'log --acknowledged: with a record of its own, a finding, an incident' "$(seqs --acknowledged)" '3 4'
is 'log --open: nobody has; and a serial acknowledges nothing' "$(seqs --open)" 19
is 'with other filters' "$(seqs --acknowledged --severity critical)" 3
is 'log --open once more, newest first' "$(seqs --open --reverse)" 19
is 'the last of them' "$(seqs --acknowledged -n 1) $(seqs --acknowledged -n 5) $(seqs --acknowledged -n 0)." '4 3 4 .'
is 'newest first' "$(seqs --acknowledged --reverse) $(seqs --acknowledged -n 1 --reverse)" '4 3 4'
is 'what acknowledges need not fit the filter itself' \
        "$(seqs --acknowledged --kind verdict --until 2026-11-22T08:00:00Z)" "$(seqs --acknowledged --kind verdict)"
is 'and there is something' "$(seqs --acknowledged --kind verdict)" '3 4'
fact 'open and acknowledged' 2 'do not go together' log --open --acknowledged
is 'how far it is verified is said once' "$("$CTL" log --open 2>&1 | grep -c 'verified to record')" 1

fact 'finding: the open ones, overdue first' 0 $'\n9 +[0-9-]+ +overdue +4 +互联网U盘.*\\.\\.\\. +li.*\n8 +[0-9-]+ +open +- +no register' finding
is 'and no other' "$("$CTL" finding 2>/dev/null | wc -l)" 3
fact 'an instruction moves the deadline' 0 "8 +$(date -d '+9 days' +%Y-%m-%d) " finding list
fact 'finding list says how far it is verified' 0 "verified to record 19, head $head" finding list
fact 'finding --all: closed ones last' 0 $'\n8 [^\n]*\n12 +- +closed +- +a door' finding --all
run finding --json
is 'finding --json' "$(sed '/^usbzonectl/d' <<<"$out" | jq -r '.[1] | [.finding, .state, (.steps | map(.step) | join("+")), .steps[0].text] | join(" ")')" \
        '8 open instruction+remedy keep one'
fact 'finding show: each step, who and when' 0 $'finding  \\(li \\(uid 1000\\)\\)\n +no register.*instruction .*\n +keep one\n +deadline .*remedy  \\(wang' finding show 8
fact 'a step after the end is shown and opens nothing' 0 'too late' finding show 12
fact 'a finding that is none' 1 'there is no finding 7' finding show 7
fact 'an incident is no finding' 1 'there is no finding 15' finding show 15
fact 'a number that is none' 2 '"x" is no number' finding show x
fact 'which finding' 2 'which finding' finding close
fact 'a word that is none' 2 'none of list, show' finding open
fact 'closed already' 1 'finding 12 is closed already' finding remedy 12 --text more
fact 'a text is needed' 2 'TEXT is needed' finding add
fact 'an empty text is none' 2 'TEXT is needed' finding add --text ''
fact 'a deadline that is over' 2 'is over already' finding add --text x --due 2020-01-01
fact 'a deadline that is none' 2 'no time' finding add --text x --due soonish
fact 'a remedy sets no deadline' 2 'only add and instruct' finding remedy 8 --text x --due 7d

fact 'incident: what is open, and for how long' 0 $'\n15 +2026-11-22 08:00:08 +overdue by 1 h 0 min +W7 was here' incident
is 'and no other incident' "$("$CTL" incident 2>/dev/null | wc -l)" 2
fact 'incident --all' 0 $'\n16 .*closed +copied' incident --all
fact 'the report: what is known is filled in' 0 'leak of secrets.*Media number: W7.*Zone of the drive: internet.*Serial: S2.*Level and retention: ____' incident template 15
fact 'the report of one without a violation' 0 'What happened: copied\?.*2\. The drive.*Media number: ____' incident template 16
fact 'an incident that is none' 1 'there is no incident 8' incident template 8
fact 'an incident needs a text' 2 'TEXT is needed' incident open 3
fact 'acknowledge needs a text' 2 'TEXT is needed' acknowledge 3
fact 'and a number' 2 'x' acknowledge x --text y
fact 'and a daemon' 1 'no D-Bus system bus|not running' acknowledge 3 --text y

sed -i 's/no register/no Register/' "$L/0000000004.jsonl"
fact 'a broken ledger: 5, and what stands before the break' 5 'broken at record 8 ' finding
fact 'log --open on it' 5 'broken at record 8 ' log --open
make_ledger

# --- a ledger that somebody else wrote: its chain holds, its texts are hostile ---
cat >"$T/hostile" <<'END'
[["2026-11-20T08:00:00.000001Z", "verdict", {"drive": 1, "verdict": "bl@ock", "effect": "block", "reason": "no@pe",
  "severity": "warning", "vid": "@v", "pid": "@p", "serial": "@s", "identity": "@i"}],
 ["2026-11-20T08:00:01.000001Z", "ki@nd", {"k@ey": {"deep@er": ["te@xt"]}}],
 ["2026-11-20T08:00:02.000001Z", "tamper", {"what": "@w"}],
 ["2026-11-20T08:00:03.000001Z", "finding", {"record": 1, "text": "te@xt", "who": "w@ho"}],
 ["2026-11-20T08:00:04.000001Z", "incident", {"record": 3, "text": "te@xt", "who": "w@ho"}]]
END
sed -i 's/@/\\u001b[2J\\u202e/g' "$T/hostile"
sed 's/ensure_ascii=False/ensure_ascii=True/' "$here/make_ledger.py" >"$T/make_ledger.py"
LEDGER_ONLY=$T/hostile python3 "$T/make_ledger.py" "$T/hostile.d" >/dev/null
for v in log 'log --csv' finding 'finding show 4' incident 'incident template 5' inspect report; do
        # shellcheck disable=SC2086 # words
        case $v in
        inspect | report) run $v "$T/hostile.d" ;;
        *) run $v --dir "$T/hostile.d" ;;
        esac
        is "$v: nothing that a terminal obeys" "$rc $(LC_ALL=C grep -c $'\x1b\|\xe2\x80\xae' <<<"$out")" '0 0'
done
fact 'but it is shown' 0 '\\x1b\[2J' log --dir "$T/hostile.d"

# --- what is asked of the daemon ---
private_bus
mock_daemon "$T/calls"
asked() { is "$1" "$(tail -n "${3:-1}" "$T/calls")" "$2"; }

fact 'acknowledge' 0 'Violation 3 is acknowledged \(record 100\).*Violation 4 is' acknowledge 3 4 --text 'seen it'
asked 'was asked for each' $'Acknowledge 3 seen it 0\nAcknowledge 4 seen it 0' 2
fact 'a number that is none among them: nothing is sent' 2 '"x" is no number' acknowledge 5 x --text y
asked 'indeed nothing' 'Acknowledge 4 seen it 0'
fact 'acknowledge: the daemon knows no such record' 1 'There is no record' acknowledge 5 --text gone
fact 'acknowledge: who may' 4 'group usbzone-audit' acknowledge 5 --text denied
fact 'finding add' 0 'Finding 100 is recorded' finding add 4 --text 'a door' --due 2126-12-01
asked 'with the end of the day' "AddFinding 4 a door $(day '2126-12-01 23:59:59')"
fact 'finding add, about none' 0 'Finding 100' finding add --text 'a door'
asked 'was asked so' 'AddFinding 0 a door 0'
fact 'finding instruct' 0 'record 100' finding instruct 8 --text hurry --due 7d
holds 'was asked' grep -qE '^FollowFinding 8 instruction hurry [1-9][0-9]{9}$' "$T/calls"
fact 'finding remedy' 0 'record 100' finding remedy 8 --text 'it is kept'
asked 'was asked' 'FollowFinding 8 remedy it is kept 0'
fact 'finding close' 0 'record 100' finding close 8 --text 'all is well'
asked 'was asked' 'FollowFinding 8 finding-closed all is well 0'
fact 'incident open' 0 'Incident 100 is open: it is to be reported within 24 hours.*incident template 100' incident open 3 --text leak
asked 'was asked' 'OpenIncident 3 leak 0'
fact 'incident close' 0 'Incident 7 is closed \(record 100\)' incident close 7 --text over
asked 'was asked' 'CloseIncident 7 over 0'
fact 'status counts the hours down' 0 $'Incident +7, to be reported within 24 hours: overdue by 1 h 0 min\nIncident +9, .* 24 h 0 min left' status
is 'status --json has them' "$("$CTL" status --json | jq -c '.incidents | map(.incident)')" '[7,9]'
