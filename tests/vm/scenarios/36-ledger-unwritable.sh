#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No record, no drive: with the ledger unwritable every drive is blocked, and it recovers.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
usbzone_stop
mv /var/lib/usbzone/ledger /var/lib/usbzone/ledger.away
: >/var/lib/usbzone/ledger
usbzone_start
blocked_gadget "ledger is no directory" ledger-unwritable "$T/own.img"
check "status says so" sh -c "usbzonectl status | grep -qi ledger"
journal_mark
usbzone_stop
rm /var/lib/usbzone/ledger
mv /var/lib/usbzone/ledger.away /var/lib/usbzone/ledger
usbzone_start
allowed_gadget "writable again" "$T/own.img"

# A full disk: a small file system of its own for the ledger, filled up.
usbzone_stop
mv /var/lib/usbzone/ledger /var/lib/usbzone/ledger.away
# The key is for the ledger that is away: with it, a new one would show as cut off.
mv /var/lib/usbzone/ledger.key /var/lib/usbzone/key.away
mkdir /var/lib/usbzone/ledger
mount -t tmpfs -o size=256k,mode=2750 none /var/lib/usbzone/ledger
usbzone_start
allowed_gadget "room enough" "$T/own.img"
dd if=/dev/zero of=/var/lib/usbzone/ledger/fill bs=4k 2>/dev/null
# What was reserved is used up first, here by records of 8 KiB; then drives are refused.
big=$(head -c 1000 /dev/zero | tr '\0' x)
fields=(8)
for n in 1 2 3 4 5 6 7 8; do fields+=("note_$n" "$big"); done
used_up() {
        busctl --quiet call org.usbzone1 /org/usbzone1 org.usbzone1.Manager Record 'sa{ss}' setup "${fields[@]}"
}
check "records until it is full" wait_not 60 used_up
gadget g --file "$T/own.img"
plug g
wait_dev "$(gadget_dev g)"
v=$(verdict "$(gadget_dev g)")
gadget_remove g
is "disk full: blocked" "$v" "block ledger-unwritable"
check "what is there verifies" usbzonectl verify
rm /var/lib/usbzone/ledger/fill
allowed_gadget "room again" "$T/own.img"
check "and verifies" usbzonectl verify
usbzone_stop
umount /var/lib/usbzone/ledger
rmdir /var/lib/usbzone/ledger
mv /var/lib/usbzone/ledger.away /var/lib/usbzone/ledger
mv /var/lib/usbzone/key.away /var/lib/usbzone/ledger.key
usbzone_start
