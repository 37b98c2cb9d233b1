#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# policy rollout-report: which policy each computer has in force, from exports and ledgers.
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)

id_of() { printf '%s' "$1" | sha256sum | cut -c1-"${2:-32}"; }
record() { # DAY KIND FIELDS
        echo "{\"time\":\"2026-11-$1T0${hour:-8}:00:00\",\"kind\":\"$2\"${3:+,$3}}"
}
start() { record "$1" start "\"version\":\"${2:-0.1.0}\",\"mode\":\"${3:-enforce}\""; }
loaded() { # DAY NAME POLICY KEYS [MORE]
        record "$1" policy-loaded "\"policy_version\":$3,\"keys_version\":$4,\"host_name\":\"$2\",\"zone\":\"internal\"${5:+,$5}"
}
refused() { record "$1" policy-refused "\"reason\":\"policy-invalid\",\"policy_version\":$2,\"message\":\"$3\""; }
lists() { # WHITELIST REVOKED [FILES [ENDS]]
        echo "\"whitelist\":\"$(id_of "$1" 64)\",\"revoked\":$2${3:+,\"revocations\":\"$3\"}${4:+,\"policy_ends\":$4}"
}
records() { python3 "$HERE/make_records.py" "$T/$1" "$(id_of "$1")"; }
ledger() { # NAME: records on standard input
        records "$1" && mkdir -p "$T/in" && rm -rf "$T/in/$1" && cp -r "$T/$1/ledger" "$T/in/$1"
}
rollout() { fact "$1" "$2" "$3" policy rollout-report "${@:4}"; }
of() { # NAME JQ: of one computer
        "$CTL" policy rollout-report --json "${args[@]}" "$T/in" 2>/dev/null |
                jq -c ".computers[] | select(.name == \"$1\" or .host == \"$(id_of "$1")\") | $2"
}
args=()

# --- all at the newest ---
far=4070908800
{ start 01; loaded 01 a 1 1 "$(lists W1 0)"; start 05; loaded 05 a 2 1 "$(lists W2 3 '' $far)"
        start 06; loaded 06 a 2 1 "$(lists W2 3 '' $far)"; } | ledger a
{ start 02; loaded 02 b 2 1 "$(lists W2 3 '' $far)"; } | ledger b
rollout 'all at the newest' 0 '2 computers: 2 at the newest \(policy version 2\)$' "$T/in"
rollout 'the table' 0 "a \($(id_of a 8)\) +2 +2026-11-05 +1 +$(id_of W2 8) +3 +2026-11-06 +newest" "$T/in"
is 'since when, not since the last start' "$(of a '[.policy_version, .policy_since, .keys_since, .whitelist_since]')" \
        '[2,"2026-11-05T08:00:00Z","2026-11-01T08:00:00Z","2026-11-05T08:00:00Z"]'
is 'the newest record and how far it verifies' "$(of a '[.last_record, .verified_to, .usbzone, .mode, .states]')" \
        '["2026-11-06T08:00:00Z",6,"0.1.0","enforce",[]]'
is 'in observe mode' "$(record 07 mode '"mode":"observe"' | cat <(start 02; loaded 02 b 2 1 "$(lists W2 3)") - | ledger b; of b .mode)" '"observe"'
{ start 02; loaded 02 b 2 1 "$(lists W2 3 '' $far)"; } | ledger b

# --- behind ---
{ start 02; loaded 02 c 1 1 "$(lists W1 0)"; } | ledger c
rollout 'one is behind' 1 "c \($(id_of c 8)\) +1 .* behind.*3 computers: 2 at the newest \(policy version 2\), 1 behind$" "$T/in"
rollout 'only those with something to do' 1 'Computer[^a]* +Policy.*c \(' --behind "$T/in"
is 'and no other' "$("$CTL" policy rollout-report --behind "$T/in" | grep -cE "^[abc] \(")" 1
rollout 'with a version by number' 0 '3 at the newest \(policy version 1\)' --version 1 "$T/in"
rollout 'that nobody has' 1 '0 at the newest \(policy version 9\), 3 behind' --version 9 "$T/in"
rm -r "$T/in/c"
{ start 02; loaded 02 c 2 1 "$(lists W1 3)"; } | ledger c
is 'the same version with another whitelist' "$(of c .states)" '["other-whitelist"]'
{ start 02; loaded 02 c 2 1 "$(lists W2 2)"; } | ledger c
is 'a revocation file that is not there' "$(of c .states)" '["revocations-missing"]'
{ start 02; loaded 02 c 2 3 "$(lists W2 3)"; } | ledger c
is 'an older key list' "$(of a .states)" '["keys-behind"]'
{ start 02; loaded 02 c 2 1; } | ledger c
is 'records of an older usbzone tell of neither' "$(of c '[.policy_version, .whitelist, .states]')" '[2,"",[]]'

# --- refused, ended, not in force ---
{ start 02; loaded 02 c 1 1 "$(lists W1 0)"; refused 03 2 '/etc/usbzone/policy, line 4, column 1: unknown key'; } | ledger c
is 'refused: the one before stays' "$(of c '[.in_force, .policy_version, .refused, .refused_version, .refused_reason, .states]')" \
        '[true,1,"2026-11-03T08:00:00Z",2,"policy-invalid",["refused","behind"]]'
rollout 'and why' 1 'c \(.*\): refused on 2026-11-03 08:00:00, record 3: /etc/usbzone/policy, line 4.*\[policy-invalid\]' "$T/in"
{ start 02; loaded 02 c 1 1 "$(lists W1 0)"; refused 03 2 x; loaded 04 c 2 1 "$(lists W2 3)"; } | ledger c
is 'loaded later it is not refused' "$(of c '[.refused, .states]')" '["",[]]'
{ start 02; loaded 02 c 2 1 "$(lists W2 3)"; start 03; refused 03 2 'is missing'; } | ledger c
is 'refused at the start: none is in force' "$(of c '[.in_force, .states]')" '[false,["no-policy","refused"]]'
{ start 02; loaded 02 c 2 1 "$(lists W2 3 '' 1262304000)"; } | ledger c
is 'ended' "$(of c '[.ends, .states]')" '["2010-01-01T00:00:00Z",["expired"]]'
rollout 'ended, said' 1 'c \(.*\): policy or credential ended on 2010-01-01.*1 expired$' "$T/in"
{ start 02; loaded 02 c 2 1 "$(lists W2 3 '' $(($(date +%s) + 20 * 86400)))"; } | ledger c
rollout 'ends soon: still at the newest' 0 'policy or credential ends on .*3 at the newest .*1 expires soon$' "$T/in"
{ start 02; loaded 02 c 2 1 "$(lists W2 3 '' $far),\"credential_ends\":1262304000"; } | ledger c
is 'so does the credential' "$(of c .states)" '["expired"]'

# --- what is not known ---
{ start 02; record 03 verdict '"drive":1,"verdict":"allow","effect":"allow","reason":"ok","severity":"none","policy_version":2'; } | ledger c
is 'a verdict at least tells the version' "$(of c '[.in_force, .policy_version, .policy_since, .states]')" '[true,2,"",[]]'
{ record 03 tamper '"what":"ledger"'; } | ledger c
is 'nothing is said of it' "$(of c '[.in_force, .mode, .states]')" '[false,"",["unknown"]]'
rm -r "$T/in/c"
args=(--silent 3)
old=$(date -u +%Y-%m-%d -d '-2 days')
{ start 02; loaded 02 c 2 1 "$(lists W2 3)"; } | sed "s/2026-11-02/$old/" | ledger c
is 'not silent' "$(of c .states)" '[]'
is 'silent' "$(of b '.states, (.age_days >= 3)' | tr '\n' ' ')" \
        "$([ "$(date +%s)" -ge "$(date +%s -d '2026-11-05 08:00Z')" ] && echo '["silent"] true ')"
rm -r "$T/in/c"

# --- a policy and revocation files to compare with ---
args=()
draft() { # VERSION LINE...
        printf 'usbzone-policy 1\nname = County\nversion = %s\nnot-before = 2026-01-01\nexpires = 2090-01-01\n' "$1"
        shift
        printf '%s\n' "$@"
}
draft 2 "whitelist = sha256:$(id_of W2 64)" >"$T/p2"
draft 3 "whitelist = sha256:$(id_of W2 64)" >"$T/p3"
draft 2 "whitelist = sha256:$(id_of W9 64)" >"$T/p9"
rollout 'held against a policy' 0 '2 at the newest \(policy version 2\)$' --policy "$T/p2" "$T/in"
rollout 'which nobody has' 1 '0 at the newest \(policy version 3\), 2 behind' --policy "$T/p3" "$T/in"
rollout 'which names another whitelist' 1 '2 other whitelist' --policy "$T/p9" "$T/in"
draft 2 "whitelist = sha256:$(id_of W2 64)" 'needs = 0.1' >"$T/p-needs"
{ start 02 0.0.9; loaded 02 c 2 1 "$(lists W2 3)"; } | ledger c
args=(--policy "$T/p-needs")
is 'an older usbzone' "$(of c .states) $(of a .states)" '["old-usbzone"] []'
rollout 'is named' 1 'c \(.*\): runs usbzone 0.0.9.*1 older usbzone' "${args[@]}" "$T/in"
args=()
rollout 'no policy at all' 1 'missing: No such file' --policy "$T/missing" "$T/in"
found
run revoke --drive "$(id_of D1 64)" --reason lost --out "$T/r1.uzr"
is 'a revocation file' "$rc" 0
file=$(sha256sum <"$T/r1.uzr" | cut -c1-16)
{ start 02; loaded 02 c 2 1 "$(lists W2 3 "0123456789abcdef $file")"; } | ledger c
args=(--revocations "$T/r1.uzr")
is 'who lacks a revocation file' "$(of a .states) $(of c .states)" '["revocations-missing"] []'
run revoke --drive "$(id_of D2 64)" --reason lost --out "$T/r1.uzr"
is 'an older one is another' "$(of c .states)" '["revocations-missing"]'
args=()

# --- words ---
rollout 'a version that is none' 2 'is no version' --version x "$T/in"
rollout 'two measures' 2 'do not go together' --version 2 --policy "$T/p2" "$T/in"
rollout 'two forms' 2 'do not go together' --json --csv "$T/in"
rollout 'no days' 2 'is no number of days' --silent no "$T/in"
rollout 'nothing to read' 2 'rollout-report EXPORT'
rollout 'what is no revocation file' 1 'p2' --revocations "$T/p2" "$T/in"
fact 'its options are its own' 2 'go with rollout-report' policy show --version 2 "$T/p2"
"$CTL" policy rollout-report --csv "$T/in" >"$T/x.csv"
is 'a spreadsheet' "$(python3 -c 'import csv, sys
for r in csv.DictReader(open(sys.argv[1], newline="")):
    print(r["name"], r["policy_version"], r["last_record"], r["states"])' "$T/x.csv" | sort | tr '\n' ';')" \
        'a 2 2026-11-06T08:00:00Z ;b 2 2026-11-02T08:00:00Z ;c 2 2026-11-02T08:00:00Z ;'

# --- packages, and evidence that does not hold ---
mkdir "$T/packages"
USBZONE_STATE_DIR=$T/a USBZONE_ETC_DIR=$T/none "$CTL" export "$T/packages/a.uzx" >/dev/null
USBZONE_STATE_DIR=$T/a USBZONE_ETC_DIR=$T/none "$CTL" export "$T/packages/a-old.uzx" --until 2026-11-04 >/dev/null
rollout 'packages; two of one computer are one' 0 '1 computers: 1 at the newest \(policy version 2\)' "$T/packages"
sed -i 's/"policy_version":2/"policy_version":9/' "$T/packages/a.uzx"
rollout 'a package that was changed' 5 'broken evidence: ' "$T/packages"
is 'as JSON, too' "$("$CTL" policy rollout-report --json "$T/packages" | jq -c '[.verified, (.broken | length)]')" '[false,1]'

# --- a terminal, and Chinese ---
on_terminal() { # COLUMNS
        python3 "$HERE/on_terminal.py" '' /bin/sh -c "stty cols $1; TERM=dumb exec '$CTL' policy rollout-report '$T/in'" | tr -d '\r'
}
is 'it fits a terminal of 50' "$(on_terminal 50 | head -n 4 | awk 'length($0) > 50' | wc -l) $(on_terminal 50 | head -n 1 | tr -s ' ')" \
        '0 Computer Policy Since Last record State'
is 'and of 100' "$(on_terminal 100 | head -n 1 | tr -s ' ')" 'Computer Policy Since Keys Whitelist Revoked Last record State'
in_chinese
rollout 'in Chinese' 0 '3 台计算机：3 台已是最新（策略版本 2）' "$T/in"
