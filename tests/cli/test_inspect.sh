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
{ start 01; verdict 03 internal D5 allow "\"label_id\":\"$label\",\"media_number\":\"N5\""
        verdict 06 internal D5 allow "\"label_id\":\"$label\",\"media_number\":\"N5\""
        verdict 08 internal D5 allow "\"label_id\":\"$(id_of L2)\",\"media_number\":\"N6\""; } | records e
export_of e in/e.uzx --force
{ start 01; revoke 05 label_id "$label"; } | records office
export_of office in/office.uzx --force
inspect 'used after its label was revoked, and relabelled then' 1 \
        'drive N5 .* used after its label was revoked \[used-after-revocation\].*revoked .*, record 2.*used .*, record 3$' "$T/in"
{ start 01; revoke 07 label_id "$label"; } | records office
export_of office in/office.uzx --force
is 'another label after it is no such use' "$(kinds "$T/in")" ''

key=$(id_of K1) other=$(id_of K2)
revoke_key() { { start 01; revoke "$1" key "$2"; } | records office && export_of office in/office.uzx --force; }
{ start 01; verdict 06 internal D5 allow "\"label_id\":\"$label\",\"label_key\":\"$key\",\"media_number\":\"N5\""
        verdict 08 internal D5 allow "\"label_id\":\"$(id_of L2)\",\"label_key\":\"$other\",\"media_number\":\"N5\""; } | records e
export_of e in/e.uzx --force
revoke_key 05 "$key"
inspect 'used after the key of its label was revoked' 1 'drive N5 .* after the key of its label was revoked \[used-after-key-revocation\].*used .*record 2$' "$T/in"
revoke_key 07 "$key"
is 'with that key only before' "$(kinds "$T/in")" ''
revoke_key 05 "$(id_of K3)"
is 'another key' "$(kinds "$T/in")" ''
{ start 01; verdict 06 internal D5 allow "\"label_id\":\"$label\",\"label_key\":\"$other $key\""; } | records e
export_of e in/e.uzx --force
revoke_key 05 "$key"
is 'the second of two signatures' "$(kinds "$T/in")" used-after-key-revocation
{ start 01; verdict 06 internal D5 block "\"label_id\":\"$label\",\"label_key\":\"$key\""; } | records e
export_of e in/e.uzx --force
is 'blocked is not used' "$(kinds "$T/in")" ''
{ start 01
        echo "{\"time\":\"2026-11-01T10:00:00\",\"kind\":\"enrolled\",\"identity\":\"$(id_of D5 64)\",\"label_id\":\"$label\",\"key\":\"$key\",\"media_number\":\"N5\"}"
        verdict 06 internal D5 allow "\"label_id\":\"$label\",\"media_number\":\"N5\""; } | records e
export_of e in/e.uzx --force
is 'the key as the enrolment tells it' "$(kinds "$T/in")" used-after-key-revocation
rm "$T/in/office.uzx"

at() { date -u -d "$1" +%s; }
{ start 01; verdict 06 internal D5 allow "\"label_id\":\"$label\",\"label_ends\":$(at 2026-11-05Z)"; } | records e
export_of e in/e.uzx --force
is 'let in after its label had ended' "$(kinds "$T/in")" used-overdue
{ start 01; verdict 06 internal D5 allow "\"label_id\":\"$label\",\"label_ends\":$(at 2026-11-07Z)"; } | records e
export_of e in/e.uzx --force
is 'before it ends' "$(kinds "$T/in")" ''
{ start 01; verdict 06 internal D5 block "\"label_id\":\"$label\",\"label_ends\":$(at 2026-11-05Z)"; } | records e
export_of e in/e.uzx --force
is 'ended, and blocked' "$(kinds "$T/in")" ''
{ start 01; verdict 06 internal D5 allow "\"label_id\":\"$label\",\"media_number\":\"N5\",\"retention_ends\":$(at 2026-11-05Z)"; } | records e
export_of e in/e.uzx --force
inspect 'its retention had ended' 1 'warning: drive N5 .* after its retention had ended \[retention-over\]' "$T/in"
{ start 01; verdict 04 internal D5 allow '"media_number":"N5"'; verdict 05 internal D5 allow '"media_number":"N6"'
        verdict 06 internal D5 allow '"media_number":"N7"'; verdict 07 internal D6 allow '"media_number":"N6"'; } | records e
export_of e in/e.uzx --force
inspect 'the second of three numbers is another drive'\''s, too' 1 'number: N6 \([0-9a-f]+\), N6 \([0-9a-f]+\) \[same-number\]$' "$T/in"
{ start 01; verdict 04 internal D5 allow '"media_number":"N5"'; verdict 05 internal D5 allow '"media_number":"N6"'
        verdict 06 internal D5 allow '"media_number":"N5"'; } | records e
export_of e in/e.uzx --force
is 'its own number again' "$(kinds "$T/in")" ''
rm "$T/in/e.uzx"

# --- a drive with more labels than any has ---
many() { # LABELS MORE: a record for each, another one of the first label, and MORE
        local i
        start 01
        for ((i = 1; i <= $1; i++)); do verdict 02 internal D8 allow "\"media_number\":\"N8\",\"label_id\":\"$(printf %032x "$i")\""; done
        verdict 03 internal D8 allow "\"media_number\":\"N8\",\"label_id\":\"$(printf %032x 1)\""
        printf %s "${2:+$2$'\n'}"
}
many 256 | records m
is 'as many as are compared' "$(kinds "$T/m/ledger")" ''
many 300 "$(verdict 04 internet D8 allow; verdict 05 internal D7 allow '"media_number":"N8"')" | records m
export_of m in/m.uzx
inspect 'more than that: how many, and where' 1 \
        'critical: a drive has more than 256 labels .* not compared: N8 \([0-9a-f]{8}\): 44 records, from [^ ]*/in/m\.uzx on \[many-labels\].*the first  .*, record 258' "$T/in"
is 'what the records say of the drive counts, and other drives do' "$(kinds "$T/in")" 'cross-used many-labels same-number'
is 'as JSON: the export' "$("$CTL" inspect --json "$T/in" | jq -c --arg t "$T/" '[.findings[] | select(.kind == "many-labels") | .places[] | [.record, (.file | ltrimstr($t))]]')" \
        '[[258,"in/m.uzx"]]'
rm "$T/in/m.uzx"

# --- a computer that was revoked ---
revoke_host() { { start 01; revoke "$1" host_id "$(id_of b)"; } | records office && export_of office in/office.uzx --force; }
revoke_host 03
inspect 'it lets a drive in all the same' 1 "critical: computer $(id_of b) let a drive in after it was revoked \\[revoked-computer-uses\\].*revoked .*used .*, record 2" "$T/in"
{ start 01; verdict 05 internal D1 block; } | records f
export_of f in/f.uzx
{ start 01; revoke 03 host_id "$(id_of f)"; } | records office
export_of office in/office.uzx --force
is 'it lets nothing in' "$(kinds "$T/in")" revoked-computer
rm "$T/in/f.uzx"
revoke_host 06
is 'its last record is from before' "$(kinds "$T/in")" ''
rm "$T/in/office.uzx"

# --- what the office revokes, by its files ---
O=$T/of
run authority init --dir "$O" --name Office --no-passphrase
is 'an office' "$rc" 0
run revoke --drive "$(id_of D1 64)" --reason lost --dir "$O" --out "$T/r.uzr"
is 'a revocation file' "$rc" 0
soon=$(date -u -d '+1 day' +%Y-%m-%d)
{ start 01; verdict 02 internal D1 allow '"media_number":"N1"' | sed "s/2026-11-02/$soon/"; } | records e
export_of e in/e.uzx
inspect 'used after it was revoked in a file' 1 \
        'drive N1 .* used after it was revoked.*revoked  by [^ ]*/r\.uzr'$'\n''.*used ' --authority "$O/authority.keys" --revocations "$T/r.uzr" "$T/e/ledger"
is 'as JSON: of no computer' "$("$CTL" inspect --json --authority "$O/authority.keys" -R "$T/r.uzr" "$T/e/ledger" | jq -c --arg t "$T/" '[.findings[].places[] | [.what, .host == "", (.file | ltrimstr($t))]]')" \
        '[["revoked",true,"r.uzr"],["used",false,"e/ledger"]]'
inspect 'used before that' 0 'nothing was found' --authority "$O/authority.keys" --revocations "$T/r.uzr" "$T/b/ledger"
printf 'usbzone-policy 1\nname = Office\nversion = 1\nnot-before = 2026-11-03\nrevoke-drive = %s\n' "$(id_of D1 64)" >"$T/draft"
run policy sign "$T/draft" --dir "$O" --out "$T/policy"
is 'a policy' "$rc" 0
inspect 'after it was revoked by a policy' 1 'used after it was revoked.*2026-11-03 00:00:00  revoked  by [^ ]*/policy'$'\n''.*2026-11-05 09:00:00  used ' \
        --authority "$O/authority.keys" --revocations "$T/policy" "$T/b/ledger"
inspect 'before a policy revoked it' 0 'nothing was found' --authority "$O/authority.keys" --revocations "$T/policy" "$T/a/ledger"
revoking() { # FILE VERSION NOT-BEFORE LINE: a signed policy
        printf 'usbzone-policy 1\nname = Office\nversion = %s\nnot-before = %s\n%s\n' "$2" "$3" "$4" >"$T/$1.draft"
        run policy sign "$T/$1.draft" --dir "$O" --out "$T/$1"
        is "a policy: $1" "$rc" 0
}
by() { kinds --authority "$O/authority.keys" "$@"; } # what is found with these revocations
revoking later 2 2026-11-06 "revoke-drive = $(id_of D1 64)"
is 'revoked only after the last use' "$(by -R "$T/later" "$T/b/ledger")" ''
is 'of several the first one counts' "$(by -R "$T/later" -R "$T/policy" -R "$T/r.uzr" "$T/b/ledger")" used-after-revocation
{ start 01; verdict 05 internal D9 allow "\"media_number\":\"N9\",\"label_id\":\"$label\",\"label_key\":\"$(id_of k)\""; } | records g
revoking label 3 2026-11-03 "revoke-label = $label"
revoking key 4 2026-11-03 "revoke-key = $(id_of k)"
revoking host 5 2026-11-03 "revoke-host = $(id_of g)"
is 'a policy revokes a label' "$(by -R "$T/label" "$T/g/ledger")" used-after-revocation
is 'a key' "$(by -R "$T/key" "$T/g/ledger")" used-after-key-revocation
is 'a computer' "$(by -R "$T/host" "$T/g/ledger")" revoked-computer-uses
is 'all of them together' "$(by -R "$T/label" -R "$T/key" -R "$T/host" "$T/g/ledger")" \
        'revoked-computer-uses used-after-key-revocation used-after-revocation'
is 'of other computers nothing' "$(by -R "$T/label" -R "$T/key" -R "$T/host" "$T/b/ledger")" ''
sed "s/not-before = 2026-11-03/not-before = 2026-11-09/" "$T/policy" >"$T/altered"
inspect 'a policy that was altered' 1 'altered is refused: its signature does not fit' --authority "$O/authority.keys" --revocations "$T/altered" "$T/b/ledger"
run authority init --dir "$T/of2" --name Other --no-passphrase
run policy sign "$T/draft" --dir "$T/of2" --out "$T/foreign"
inspect 'of another office' 1 'foreign is refused: it is signed by a key that this computer does not know' \
        --authority "$O/authority.keys" --revocations "$T/foreign" "$T/b/ledger"
inspect 'which that office may' 1 'used after it was revoked' --authority "$T/of2/authority.keys" --revocations "$T/foreign" "$T/b/ledger"
sed '/not-before/d' "$T/draft" >"$T/draft2"
run policy sign "$T/draft2" --dir "$O" --out "$T/policy2"
inspect 'a policy that does not say since when' 1 "no line 'not-before'" --authority "$O/authority.keys" --revocations "$T/policy2" "$T/b/ledger"
inspect 'what nobody has signed' 1 'draft is refused: it is not signed' --authority "$O/authority.keys" --revocations "$T/draft" "$T/b/ledger"
inspect 'who signed is asked' 2 'needs --authority' --revocations "$T/r.uzr" "$T/b/ledger"
inspect 'something else' 1 'neither a revocation file nor a policy' --authority "$O/authority.keys" --revocations "$O/authority.keys" "$T/b/ledger"
run authority rotate policy --dir "$O" --overlap 0 --no-passphrase
is 'a new key for policies' "$rc" 0
inspect 'an old policy counts, though its key has ended' 1 'used after it was revoked' \
        --authority "$O/authority.keys" --revocations "$T/policy" "$T/b/ledger"
rm "$T/in/e.uzx"

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

# --- journals ---
# As journald has them, without the newline at the end, sent on by systemd-journal-upload: UID FILE-OF-HEADS JOURNAL.
journal_of() {
        rm -f "$3"
        python3 -c 'import sys
uid, heads = sys.argv[1:]
notes = open(heads, encoding="utf-8").read().split("usbzone-ledger/")[1:]
for i, note in enumerate(notes):
    note = ("usbzone-ledger/" + note).encode().rstrip()
    sys.stdout.buffer.write(b"__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\n" % (
        1767225600000000 + i, i + 1, 1))
    sys.stdout.buffer.write(b"MESSAGE=Ledger head\nMESSAGE_ID=0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f20\n_UID=" + uid.encode())
    sys.stdout.buffer.write(b"\nUSBZONE_NOTE\n" + len(note).to_bytes(8, "little") + note + b"\n\n")' "$1" "$2" |
                /lib/systemd/systemd-journal-remote -o "$3" - >"$T/remote.log" 2>&1 || { bad 'a journal is made'; cat "$T/remote.log"; }
}
ledger_with() { # FOLDER SEQ...: the ledger of computer 22..., with a head at each SEQ
        LEDGER_HOST=22222222222222222222222222222222 LEDGER_SIGNER=$T/signer2.pem \
                python3 "$HERE/make_ledger.py" "$T/$1" '' "${WHY:-}" "${@:2}" >/dev/null
}
ledger_with seen 2 4 6
mkdir "$T/remote"
journal_of 0 "$T/seen/heads" "$T/remote/remote-pc2.journal"
inspect 'a ledger and what a journal saw of it' 0 '1 computers, 1 exports, 6 records.*nothing was found' "$T/seen" "$T/remote"
inspect 'the file by its name' 0 'nothing was found' "$T/seen" "$T/remote/remote-pc2.journal"
WHY='another word' ledger_with anew 2 4 6
"$CTL" verify "$T/anew" >/dev/null || bad 'written anew it verifies by itself'
inspect 'written anew, though a journal saw it' 5 \
        'from record 6: a journal holds a head of other records.*\[journal-differs\]' "$T/anew" "$T/remote"
is 'and nothing but that' "$(kinds "$T/anew" "$T/remote")" journal-differs
journal_of 1000 "$T/seen/heads" "$T/user.journal"
inspect 'what a user wrote there counts for nothing' 0 'nothing was found' "$T/anew" "$T/user.journal"
ledger_with cut 2 4 6
rm "$T/cut"/*4.jsonl "$T/cut/heads"
inspect 'cut back to before a head' 1 'warning: a journal knows of later records .*: record 6, the exports end at 3 \[journal-beyond\]' \
        "$T/cut" "$T/remote"
inspect 'a computer of which there is no export' 1 'computer of which no export is here: 2{32} \[no-export\]' \
        "$T/unset1/ledger" "$T/remote"
is 'as JSON, too' "$(kinds "$T/unset1/ledger" "$T/remote")" no-export
inspect 'nor is it silent' 1 'no-export' --silent 1 "$T/unset1/ledger" "$T/remote"
is 'whatever is asked' "$(kinds --silent 1 "$T/unset1/ledger" "$T/remote")" no-export
sed '0,/kind interval/s//kind stop/' "$T/seen/heads" >"$T/heads.forged"
journal_of 0 "$T/heads.forged" "$T/forged.journal"
inspect 'a head that nobody signed' 5 'signature that does not fit .*forged.journal.*\[journal-forged\]' "$T/seen" "$T/forged.journal"
head -c 5000 /dev/urandom >"$T/noise.journal"
inspect 'what is no journal' 5 'a journal cannot be read to its end .*noise.journal.*\[journal-damaged\]' "$T/seen" "$T/noise.journal"
inspect 'a journal alone' 1 'there is no export' "$T/remote"

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
