#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An authority of SM2 (国密) from the first day on: labels, policies, records and heads are SM2 and SM3, and
# what was tampered with, or is of an Ed25519 authority, is refused.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
usbzone_stop
# The evidence of the computer it was until now is put aside, and comes back.
mv /var/lib/usbzone "$T/state"
mv /etc/usbzone "$T/etc"
as_before() {
        usbzone_stop
        rm -rf /etc/usbzone /var/lib/usbzone /run/usbzone/drives
        mv "$T/state" /var/lib/usbzone
        mv "$T/etc" /etc/usbzone
        usbzone_start
}
at_end as_before
check "set up with SM2" usbzonectl setup --zone internal --name guarded --algorithm sm2 \
        --ledger-key-out "$T/first.key" --yes
wait_for 20 busctl --quiet introspect org.usbzone1 /org/usbzone1
check "enforcing" usbzonectl mode enforce --reason test
is "every key is of SM2" "$(usbzonectl authority show --json | jq -r '[.keys[].algorithm] | unique | join(" ")')" sm2

# --- drives
trace_start
drive_image "$T/own.img" 32M vfat
trace_fresh
gadget g --file "$T/own.img" --serial GM1
plug g
dev=$(gadget_dev g)
blocked "unlabelled" "$dev" no-label
check "enrolled by the daemon" usbzonectl enroll "$(uz_property "$dev" Number)" --number GM-1 --holder Li --unit Office
check "allowed at once" verdict_becomes "$dev" "allow ok"
unplug g
plug g
allowed "own zone, plugged in again" "$(gadget_dev g)"
check "it mounts" mount_drive "$DISK" /media/uz
umount /media/uz
like "explain names the algorithm's key" "$(usbzonectl explain GM-1)" 'signature'
gadget_remove g
enrolled "$T/net.img" --zone internet --serial GM2 --number GM-NET
ledger_mark
blocked_gadget "other zone" zone-mismatch "$T/net.img" --serial GM2
is "and that is recorded" "$(ledger_since | jq -r 'select(.kind == "verdict").media_number')" GM-NET
cp "$T/own.img" "$T/bad.img"
uztool flip "$T/bad.img" 376 4472
blocked_gadget "one byte of the label flipped" label-signature-invalid "$T/bad.img" --serial GM1
cp "$T/own.img" "$T/bad.img"
uztool keygen "$T/ed25519.pem"
uztool relabel "$T/bad.img" key="$T/ed25519.pem"
blocked_gadget "signed by an Ed25519 key" label-signer-unknown "$T/bad.img" --serial GM1

# --- policies
sed '/^$/,$d; s/^version = .*/version = 50/' /etc/usbzone/policy >"$T/draft"
cp -a "$T/etc" "$T/ed"
check "a policy of an Ed25519 authority" env USBZONE_ETC_DIR="$T/ed" "$VMLIB/uztool" sign-policy "$T/draft"
out=$(usbzonectl policy install "$T/ed/policy" 2>&1)
is "is not installed" "$?" 1
like "as no key of this one has signed it" "$out" 'sign'
cp -a /etc/usbzone/policy "$T/policy"
cp "$T/ed/policy" /etc/usbzone/policy
ledger_mark
check_not "nor loaded when it is put there" usbzonectl reload
check "and that is recorded" ledger_has '.kind == "policy-refused"'
cp "$T/policy" /etc/usbzone/policy
check "one that SM2 has signed is" sh -c "usbzonectl policy sign $T/draft --out $T/signed && usbzonectl policy install $T/signed"
is "and in force" "$(busctl get-property org.usbzone1 /org/usbzone1 org.usbzone1.Manager PolicyVersion)" "t 50"
allowed_gadget "the own drive under it" "$T/own.img" --serial GM1

# --- killed in between
pid=$(systemctl show -P MainPID usbzoned.service)
kill -9 "$pid"
back() { local p; p=$(systemctl show -P MainPID usbzoned.service); [ "$p" != 0 ] && [ "$p" != "$pid" ]; }
check "killed, it is back" wait_for 20 back
wait_for 20 busctl --quiet introspect org.usbzone1 /org/usbzone1
allowed_gadget "and knows the drive" "$T/own.img" --serial GM1
like "the evidence is whole" "$(usbzonectl verify)" 'verified to record [0-9]+, head sm3:[0-9a-f]{64}'
check "and every seal fits the auditor's key" usbzonectl verify --key "$T/first.key"

# --- the evidence
usbzone_stop
n=$(ledger | wc -l)
check "there are records" [ "$n" -ge 15 ]
is "each tells SM3 for the record before" "$(ledger | grep -cE '"prev":"sm3:[0-9a-f]{64}"')" "$n"
is "and for its seal" "$(ledger | grep -cE '"mac":"sm3:[0-9a-f]{64}"\}$')" "$((n))"
heads=/var/lib/usbzone/ledger/heads
is "each head says so" "$(grep -c '^hash sm3$' $heads)" "$(grep -c '^usbzone-ledger/' $heads)"
is "and is signed with SM2" "$(grep '^key ' $heads | cut -d' ' -f2 | sort -u)" sm2
check "the last record is chained as openssl does it" sh -c "cd /var/lib/usbzone/ledger; [ \"\$(cat *.jsonl |
        tail -n 2 | head -n 1 | openssl dgst -sm3 -r | cut -c1-64)\" = \"\$(cat *.jsonl | tail -n 1 | jq -r '.prev[4:]')\" ]"
check "it is exported" usbzonectl export "$T/gm.uzx"
check "the package is whole" usbzonectl verify --key "$T/first.key" --authority /etc/usbzone/authority.keys "$T/gm.uzx"
check_not "but not of the other authority" usbzonectl verify --authority "$T/etc/authority.keys" "$T/gm.uzx"
# flipped FILE TEXT: the lowest bit of the first letter of the text
flipped() {
        local at byte
        at=$(grep -abo -m 1 "$2" "$1" | head -n 1 | cut -d: -f1)
        byte=$(od -An -tu1 -j "$at" -N 1 "$1")
        printf '%b' "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}
flipped "$T/gm.uzx" 'GM-NET'
out=$(usbzonectl verify "$T/gm.uzx" 2>&1)
is "a byte of the package changed: exit status" "$?" 5
like "and it is named" "$out" 'altered'
cp -a /var/lib/usbzone/ledger "$T/ledger"
seq=$(ledger | grep -m 1 'GM-NET' | jq -r .seq)
flipped "$(echo "$T"/ledger/0*.jsonl)" 'GM-NET'
out=$(usbzonectl verify "$T/ledger" 2>&1)
is "a byte of a record changed: exit status" "$?" 5
like "and the record is named" "$out" "broken at record $seq .*\[altered\]"
