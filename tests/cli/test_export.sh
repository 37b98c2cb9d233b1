#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# export and verify of packages: on the computer they come from, and on another one.
. "$(dirname "$0")/lib.sh"
L=$T/state/ledger
P=$T/a.uzx
found
LEDGER_HOST=$(sed -n 's/^id = //p' "$T/etc/host.credential")
LEDGER_SIGNER=$T/state/ledger-signer.pem
export LEDGER_HOST LEDGER_SIGNER
make() { # SEQ...: a ledger with heads signed at these records
        rm -rf "$L"
        head=$(python3 "$(dirname "$0")/make_ledger.py" "$L" '' '' "$@")
}
elsewhere() { # a computer that has nothing but what is named
        (export USBZONE_ETC_DIR=$T/none USBZONE_STATE_DIR=$T/none USBZONE_RUN_DIR=$T/none && "$@")
}

make 3 6
fact 'export says what is in it' 0 "Records 1 to 6 are in $P.*verified to record 6, head $head" export "$P"
is 'it is for its owner alone' "$(stat -c %a "$P")" 600
fact 'a package is whole' 0 'The package is whole' verify "$P"
fact 'whose it is' 0 "computer pc1 \\($LEDGER_HOST\\), zone internal" verify "$P"
fact 'that no authority was asked' 0 'not checked against an authority' verify "$P"
fact 'which records' 0 'records 1 to 6, exported 20' verify "$P"
fact 'how far, and the heads' 0 "verified to record 6, head $head.2 signed heads agree" verify "$P"
fact 'with the keys of its authority' 0 'its credential is signed by' verify --authority "$T/etc/authority.keys" "$P"
cp "$T/etc/authority.keys" "$T/keys"
is 'on another computer' "$(elsewhere "$CTL" verify --authority "$T/keys" "$P" 2>&1 | head -n 1)" 'The package is whole.'
is 'as JSON' "$(elsewhere "$CTL" verify --json "$P" | jq -c '[.verified, .first, .last, .name, .checked_against_authority]')" \
        '[true,1,6,"pc1",false]'
is 'export as JSON' "$("$CTL" export --json --force "$P" | jq -c '[.first, .last, .head, .credential]')" "[1,6,\"$head\",true]"
fact 'an existing file stays' 1 'exists already; --force' export "$P"
fact 'a folder that is not there' 1 'nothing is left behind: No such file or directory' export "$T/none/x.uzx"
mkfifo "$T/pipe"
fact 'a pipe stays' 1 'nothing is left behind: it is no regular file' export --force "$T/pipe"
fact 'with a report, too' 1 'it is no regular file' report --out "$T/pipe"
holds 'and is one still' test -p "$T/pipe"
run export
is 'export without a name' "$rc" 2

# --- what an export that was killed leaves ---
: >"$P.tmp0a1b2c"
: >"$T/b.uzx.tmp0a1b2c"
fact 'what is left of a killed one is no hindrance' 0 'Records 1 to 6' export --force "$P"
is 'it is removed, and nobody else'\''s' "$(cd "$T" && echo *.tmp??????)" b.uzx.tmp0a1b2c
rm "$T/b.uzx.tmp0a1b2c"
mkdir "$T/big"
{
        echo '{"time":"2026-11-01T08:00:00","kind":"start","version":"0.1.0"}'
        for ((i = 0; i < 20000; i++)); do echo '{"time":"2026-11-01T09:00:00","kind":"removed","drive":1}'; done
} | python3 "$(dirname "$0")/make_records.py" "$T/big" ''
for sig in TERM INT HUP KILL; do
        for after in 0.01 0.03 0.05 0.08; do
                USBZONE_STATE_DIR=$T/big timeout -s "$sig" "$after" "$CTL" export --force "$T/big/x.uzx" >/dev/null 2>&1
                [ ! -e "$T/big/x.uzx" ] || "$CTL" verify "$T/big/x.uzx" >/dev/null 2>&1 || echo "$sig $after: not whole"
                # Of SIGKILL only what has no name is gone
                [ "$sig" = KILL ] || find "$T/big" -name '*.tmp*'
                rm -f "$T/big/x.uzx"
        done
done >"$T/left" 2>/dev/null
is 'a whole file or none, however it ends' "$(cat "$T/left")" ''

# --- ranges ---
fact 'a range in the middle' 0 'Records 2 to 4' export --since '2026-11-20T08:01:00Z' --until '2026-11-21T10:30:00Z' "$T/m.uzx"
fact 'it verifies without the records before it' 0 'records 2 to 4, .*verified to record 4.*1 signed heads agree' verify "$T/m.uzx"
is 'nothing else is in it' "$(tail -n 1 "$T/m.uzx" | jq .seq)" 4
fact 'a day' 0 'Records 4 to 6' export --since 2026-11-21 "$T/d.uzx"
fact 'no record in it' 1 'no record is in this range' export --since 2030-01-01 "$T/e.uzx"
is 'then there is no file' "$(find "$T" -name 'e.uzx*')" ''
fact 'a time that is none' 2 'is no time' export --since never "$T/e.uzx"

# --- the parts, as the manual page takes them out ---
man_script() {
        mandoc -Tutf8 -O width=400 docs/usbzone-ledger.5 | sed -e $'s/.\b//g' |
                sed -n '/n=\$(grep -abm1/,/sha256sum x/p' | sed 's/‐/-/g'
}
(cd "$(dirname "$0")/../.." && man_script >"$T/parts.sh")
(cd "$T" && cp a.uzx x.uzx && bash parts.sh >parts.out 2>&1)
is 'the manual page takes out the records' "$(sha256sum <"$T/x.records")" "$(cat "$L"/*.jsonl | sha256sum)"
is 'and the credential' "$(sha256sum <"$T/x.credential")" "$(sha256sum <"$T/etc/host.credential")"
is 'and the digests are those of the manifest' \
        "$(sed -n 's/^\(authority\|credential\|heads\|records\) = [0-9]* //p' "$T/parts.out" | sort | tr '\n' ' ')" \
        "$(cut -d' ' -f1 < <(cd "$T" && sha256sum x.authority x.credential x.heads x.records) | sort | tr '\n' ' ')"

# --- wrong packages ---
wrong() { # NAME KIND SED...: the package with one thing changed
        cp "$P" "$T/w.uzx"
        "${@:3}" "$T/w.uzx"
        fact "$1" 5 "\\[$2\\]" verify "$T/w.uzx"
}
cut_bytes() { truncate -s "$1" "$2"; }
wrong 'a byte of the manifest' altered-manifest sed -i '0,/created = 2/s//created = 3/'
wrong 'a byte of the key list' altered-part sed -i '0,/threshold = 1/s//threshold = 2/'
wrong 'a byte of the credential' altered-part sed -i 's/^name = pc1/name = pc2/'
wrong 'a byte of a head' altered-part sed -i '0,/kind interval/s//kind rotation/'
wrong 'a byte of a record' altered sed -i 's/"media_number":"W7"/"media_number":"W8"/'
wrong 'a byte of the last record' rewritten sed -i 's/"kind":"stop"/"kind":"stoP"/'
wrong 'the tail cut off' cut-package cut_bytes -1
wrong 'half of it' cut-package cut_bytes -1500
wrong 'the manifest alone, cut' no-package cut_bytes 300
wrong 'nothing' no-package cut_bytes 0
wrong 'a byte too many' extra-bytes cut_bytes +1
swap() { python3 -c 'import sys
d = open(sys.argv[1], "rb").read().split(b"\n")
d[-3], d[-4] = d[-4], d[-3]
open(sys.argv[1], "wb").write(b"\n".join(d))' "$1"; }
wrong 'two records swapped' gap swap
fact 'a file of another kind' 5 '\[no-package\]' verify "$T/keys"
fact '--authority without a package' 2 'is for a package' verify --authority "$T/keys"
fact 'a list of keys that is none' 1 'is no list of an authority' verify --authority "$P" "$P"

# --- another office, another computer ---
mkdir "$T/office2"
USBZONE_ETC_DIR=$T/office2/etc USBZONE_STATE_DIR=$T/office2/state "$CTL" setup --zone internal --name pc9 --no-start >/dev/null 2>&1
fact 'another authority did not sign it' 5 'foreign-credential' verify --authority "$T/office2/etc/authority.keys" "$P"
cp "$T/etc/host.credential" "$T/own.credential"
cp "$T/office2/etc/host.credential" "$T/etc/host.credential"
fact 'a credential that does not fit is left out, not the evidence' 0 'does not verify and is left out.*Records 1 to 6' export "$T/n.uzx"
fact 'then nothing came along' 0 'no credential came along' verify "$T/n.uzx"
fact 'which is not enough for an authority' 5 'no-credential' verify --authority "$T/keys" "$T/n.uzx"
cp "$T/own.credential" "$T/etc/host.credential"

# --- what cannot be exported ---
sed -i 's/"W7"/"W8"/' "$L/0000000001.jsonl"
fact 'a broken ledger' 5 'take a copy of its folder.*broken at record 3' export "$T/b.uzx"
make 3 6
mv "$LEDGER_SIGNER" "$T/signer"
fact 'without its key' 1 'ledger-signer.pem is missing' export "$T/b.uzx"
openssl genpkey -algorithm ed25519 -out "$LEDGER_SIGNER" 2>/dev/null && chmod 600 "$LEDGER_SIGNER"
fact 'with another key' 1 'not the key that the ledger names' export "$T/b.uzx"
mv "$T/signer" "$LEDGER_SIGNER"
is 'nothing is left behind' "$(find "$T" -name 'b.uzx*')" ''
if [ -w /dev/full ] && [ "$(id -u)" = 0 ] && mkdir "$T/small" && mount -t tmpfs -o size=4k none "$T/small" 2>/dev/null; then
        at_end umount "$T/small"
        fact 'a full disk' 1 'nothing is left behind: No space left' export "$T/small/f.uzx"
        is 'leaves nothing' "$(find "$T/small" -type f)" ''
else
        skip 'a full disk (no right to mount)'
fi

# --- seals ---
hex=$(printf 'c3%.0s' {1..32})
rm -rf "$L"
python3 "$(dirname "$0")/make_ledger.py" "$L" "$hex" '' 3 6 >/dev/null
text=$(printf 'usbzone-ledger-key 1\nseq = %020d\nkey = %s' 2 "$hex")
printf '%s\ncheck = %s\n' "$text" "$(printf '%s\n' "$text" | sha256sum | cut -c1-16)" >"$T/first.key"
"$CTL" export --since 2026-11-21 "$T/s.uzx" >/dev/null
fact 'the first key checks the seals of a later range' 0 'every seal fits the key' verify --key "$T/first.key" "$T/s.uzx"
sed -i "s/$hex/$(printf 'c4%.0s' {1..32})/" "$T/first.key"
text=$(head -n 3 "$T/first.key")
printf '%s\ncheck = %s\n' "$text" "$(printf '%s\n' "$text" | sha256sum | cut -c1-16)" >"$T/first.key"
fact 'another key does not' 5 '\[resealed\]' verify --key "$T/first.key" "$T/s.uzx"
