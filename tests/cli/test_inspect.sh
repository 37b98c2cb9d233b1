#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# inspect: exports of several computers, and what only all of them together show.
. "$(dirname "$0")/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)

id_of() { printf '%s' "$1" | sha256sum | cut -c1-"${2:-32}"; }
start() { # DAY
        echo "{\"time\":\"2026-11-$1T08:00:00\",\"kind\":\"start\",\"version\":\"0.1.0\"}"
}
verdict() { # DAY ZONE DRIVE EFFECT [MORE]
        echo "{\"time\":\"2026-11-$1T09:00:00\",\"kind\":\"verdict\",\"drive\":1,\"verdict\":\"$4\",\"effect\":\"$4\",\"reason\":\"ok\",\"severity\":\"$([ "$4" = block ] && echo warning || echo none)\",\"identity\":\"$(id_of "$3" 64)\",\"host_zone\":\"$2\"${5:+,$5}}"
}
records() { # HOST: records on standard input
        python3 "$HERE/make_records.py" "$T/$1" "$(id_of "$1")"
}
export_of() { # HOST FILE ARGUMENTS...
        USBZONE_STATE_DIR=$T/$1 USBZONE_ETC_DIR=$T/none "$CTL" export "$T/$2" "${@:3}" >/dev/null || bad "export of $1"
}
inspect() { fact "$1" "$2" "$3" inspect "${@:4}"; }
kinds() { # ARGUMENTS: the kinds that are found
        out=$("$CTL" inspect --json "$@" 2>/dev/null | jq -r '.findings[].kind' | sort | tr '\n' ' ')
        echo "${out% }"
}

mkdir "$T/in"
{ start 01; verdict 02 internal D1 allow '"media_number":"N1"'; verdict 03 internal D2 allow '"media_number":"N2"'; } | records a
{ start 01; verdict 05 internal D1 allow '"media_number":"N1"'; } | records b
export_of a in/a.uzx
export_of b in/b.uzx
inspect 'nothing to find' 0 '2 computers, 2 exports, 5 records, 0 violations, 2 drives.*Every export is whole, and nothing' "$T/in"
inspect 'files by name' 0 '2 computers, 2 exports' "$T/in/a.uzx" "$T/in/b.uzx"
inspect 'a ledger as it is' 0 '1 computers, 1 exports, 3 records' "$T/a/ledger"
inspect 'the list of computers' 0 "verified to record 3, head [0-9a-f]{64}" --list "$T/in"
mkdir -p "$T/none"
inspect 'an empty folder' 1 'there is no export' "$T/none"
inspect 'nothing named' 2 ''
inspect 'a file that is not there' 1 'No such file' "$T/missing.uzx"

mkdir "$T/medium"
echo x >"$T/medium/"$'\e[2J.uzx'
chmod 0 "$T/medium/"$'\e[2J.uzx'
run inspect "$T/medium"
is 'the name of a file gives the terminal no order' "$rc $(grep -c $'\e' <<<"$out")" "$([ "$(id -u)" = 0 ] && echo 5 || echo 4) 0"
run inspect "$T/medium/"$'\e[2J'
is 'nor does one that is not there' "$rc $(grep -c $'\e' <<<"$out")" '1 0'
{ start 01; verdict 02 internal D1 allow; } | python3 "$HERE/make_records.py" "$T/unset1" ''
{ start 01; verdict 03 internal D2 allow; } | python3 "$HERE/make_records.py" "$T/unset2" ''
inspect 'computers that were never set up are not taken for one' 0 '2 computers, 2 exports, 4 records' \
        "$T/unset1/ledger" "$T/unset2/ledger"

# --- drives ---
{ start 01; verdict 06 internet D1 block; } | records c
export_of c in/c.uzx
inspect 'tried in another zone' 1 'warning: drive N1 \([0-9a-f]{8}\) was plugged in in several zones.*used .*internal, record 2.*blocked .*internet, record 2' "$T/in"
{ start 01; verdict 06 internet D1 allow; } | records c
export_of c in/c.uzx --force
inspect 'used in two zones' 1 'critical: drive N1 .* was used in several zones \[cross-used\]' "$T/in"
is 'as JSON: where' "$("$CTL" inspect --json "$T/in" | jq -c '[.findings[0].places[] | [.zone, .what, .record]]')" \
        '[["internal","used",2],["internet","used",2]]'
rm "$T/in/c.uzx"
{ start 01; verdict 06 internal D9 allow '"media_number":"N1"'; } | records d
export_of d in/d.uzx
is 'one number on two drives' "$(kinds "$T/in")" same-number
rm "$T/in/d.uzx"
{ start 01; verdict 06 internal D9 allow '"media_number":"N8"'; verdict 07 internal D9 allow '"media_number":"N1"'
        verdict 08 internal D8 allow '"media_number":"N8"'; } | records g
export_of g in/g.uzx
is 'its first number is not forgotten over it' "$(kinds "$T/in")" 'same-number same-number'
inspect 'each is told with the number they share' 1 'number: N1 \([0-9a-f]+\), N1 .*number: N8 \([0-9a-f]+\), N8 ' "$T/in"
rm "$T/in/g.uzx"
revoke() { # DAY FIELD VALUE
        echo "{\"time\":\"2026-11-$1T09:00:00\",\"kind\":\"revoked\",\"$2\":\"$3\",\"why\":\"lost\"}"
}
{ start 01; revoke 04 identity "$(id_of D1 64)"; } | records office
export_of office in/office.uzx
inspect 'used after it was revoked elsewhere' 1 'drive N1 .* used after it was revoked.*revoked .*used ' "$T/in"
{ start 01; revoke 20 identity "$(id_of D1 64)"; } | records office
export_of office in/office.uzx --force
is 'used before it was revoked' "$(kinds "$T/in")" ''
label=$(id_of L1)
{ start 01; verdict 06 internal D5 allow "\"label_id\":\"$label\""; } | records e
export_of e in/e.uzx
{ start 01; revoke 05 label_id "$label"; } | records office
export_of office in/office.uzx --force
is 'used after its label was revoked' "$(kinds "$T/in")" used-after-revocation
{ start 01; revoke 05 label_id "$(id_of other)"; } | records office
export_of office in/office.uzx --force
is 'another label' "$(kinds "$T/in")" ''
{ start 01; verdict 06 internal D5 allow '"drive_zone":"internal"' | sed 's/"ok"/"label-expired"/'; } | records e
export_of e in/e.uzx --force
is 'used with an expired label' "$(kinds "$T/in")" used-overdue
{ start 01; verdict 06 internal D5 allow '"drive_zone":"internal"'; verdict 07 internal D5 block '"drive_zone":"classified"'; } | records e
export_of e in/e.uzx --force
is 'labels of two zones' "$(kinds "$T/in")" relabelled
rm "$T/in/e.uzx" "$T/in/office.uzx"

# --- computers ---
is 'silent computers, when asked' "$("$CTL" inspect --json --silent 2 "$T/a/ledger" "$T/b/ledger" | jq -c '[.findings[] | [.kind, .subject[0:8]]]')" \
        "[[\"silent\",\"$(id_of a 8)\"]]"
is 'not so silent' "$(kinds --silent 3 "$T/a/ledger" "$T/b/ledger")" ''
inspect 'no number of days' 2 'is no number of days' --silent never "$T/in"
export_of a in/a1.uzx --until 2026-11-02
export_of a in/a2.uzx --since 2026-11-02
is 'overlapping exports count each record once' "$("$CTL" inspect --json "$T/in" | jq -c '[.records, .findings]')" '[5,[]]'
rm "$T/in/a.uzx" "$T/in/a1.uzx"
inspect 'records that are in no export' 1 "notice: records are in no export here: .*: 1 of 3 \[not-exported\]" "$T/in"
mkdir "$T/a-old"
export_of a in/a1.uzx --until 2026-11-02
cp "$T/a/ledger-signer.pem" "$T/a-old/"
cp "$T/in/a1.uzx" "$T/first.uzx"
{ start 01; verdict 02 internal D7 allow; verdict 03 internal D2 allow; verdict 04 internal D2 allow; } | records a
export_of a in/a2.uzx --force
inspect 'records written anew between two exports' 5 'another export of this computer holds other records.*\[forked\]' "$T/in"
inspect 'in a ledger, too' 5 'forked' "$T/first.uzx" "$T/a/ledger"
rm "$T/in/a1.uzx"
rm "$T/a/ledger-signer.pem"
{ start 01; verdict 02 internal D7 allow; } | records a
export_of a in/a3.uzx
inspect 'exports signed with different keys' 5 'other-key' "$T/in"
rm "$T/in/a3.uzx" "$T/in/a2.uzx"
cp "$T/in/b.uzx" "$T/good.uzx"
sed -i 's/"media_number":"N1"/"media_number":"N2"/' "$T/in/b.uzx"
cp "$T/first.uzx" "$T/in/"
inspect 'a broken export' 5 'broken evidence: .*b.uzx: .*\[broken\]' "$T/in"
is 'the others are told all the same' "$("$CTL" inspect --json "$T/in" 2>/dev/null | jq -c '[.verified, .exports, .computers[0].records]')" '[false,2,2]'
truncate -s 100 "$T/in/b.uzx"
inspect 'a cut export' 5 'no export package.*b.uzx' "$T/in"

# --- credentials ---
found
cp -r "$T/etc" "$T/etc.own"
LEDGER_HOST=$(sed -n 's/^id = //p' "$T/etc/host.credential")
{ start 01; } | python3 "$HERE/make_records.py" "$T/state" "$LEDGER_HOST"
"$CTL" export "$T/pc1.uzx" >/dev/null
inspect 'names come from credentials' 0 "pc1 \(${LEDGER_HOST:0:8}\), internal" --list "$T/pc1.uzx"
inspect 'checked with the authority' 0 'nothing was found' --authority "$T/etc/authority.keys" "$T/pc1.uzx"
inspect 'no credential for the authority' 5 'it holds no credential' --authority "$T/etc/authority.keys" "$T/good.uzx"
USBZONE_ETC_DIR=$T/etc2 USBZONE_STATE_DIR=$T/state2 "$CTL" setup --zone internal --name pc9 --no-start >/dev/null 2>&1
inspect 'another authority' 5 'credential does not verify' --authority "$T/etc2/authority.keys" "$T/pc1.uzx"
