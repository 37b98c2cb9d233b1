#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What usbzoned(8) says of lost keys and of backups, done as it says.
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")

enroll() { run enroll "$1" --number "$2" "${AS[@]}" "${@:3}"; }
found
for d in a b c d; do plain_image "$T/$d.img"; done
enroll "$T/a.img" N1
is 'a computer with a drive' "$rc" 0
python3 "$here/make_ledger.py" "$T/state/ledger" '' '' 6 >/dev/null
head=$("$CTL" verify --json | jq -r .head)

# --- backup and restore ---
contents() { (cd "$T" && find etc state -type f -printf '%m %p ' -exec sha256sum {} \; | sort -k 2); }
before=$(contents)
tar -C "$T" -cpf "$T/copy.tar" etc state
rm -rf "${T:?}/etc" "${T:?}/state"
fact 'a disk that failed' 1 '' enroll "$T/b.img" --number N2 "${AS[@]}"
tar -C "$T" -xpf "$T/copy.tar"
is 'restored: every file with its mode' "$(contents)" "$before"
enroll "$T/b.img" N2
is 'the restored computer enrols' "$rc" 0
fact 'its ledger is whole' 0 'The ledger is whole' verify
is 'and ends where the copy was made' "$("$CTL" verify --json | jq -r .head)" "$head"
tar -C "$T" -xpf "$T/copy.tar"
fact 'an older policy is there again' 0 '' policy show

# --- the label key ---
rm "$T/etc/authority/label.pem"
fact 'without the label key no drive is enrolled' 1 'label.pem' enroll "$T/c.img" --number N3 "${AS[@]}"
fact 'it is replaced' 0 'version 2 now' authority rotate label --no-passphrase
enroll "$T/c.img" N3
is 'and drives are enrolled again' "$rc" 0
fact 'drives of the old key stay valid' 0 'N1' label show "$T/a.img"
key() { "$CTL" label show "$1" --json | jq -r '.key // .label.key'; }
is 'though the two keys differ' "$([ "$(key "$T/a.img")" != "$(key "$T/c.img")" ] && echo differ)" differ

# --- the root key ---
rm "$T"/etc/authority/root*.pem
run authority rotate label --no-passphrase
is 'without the root key none is replaced' "$rc" 1
enroll "$T/d.img" N4
is 'what is there goes on counting' "$rc" 0

# --- a new authority ---
fact 'a new authority' 0 'zone internal' setup --zone internal --force --no-start --name pc1
fact 'drives of the old one are unknown' 1 'label-signer-unknown' label show "$T/a.img"
enroll "$T/a.img" N1 --relabel
is 'until they are enrolled again' "$rc" 0
fact 'then they count' 0 'N1' label show "$T/a.img"
