#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A drive of the own zone is allowed, mounts, and keeps what was written over a replug.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
enrolled "$T/own.img" --zone internal --number NB-OWN
trace_start
ledger_mark

trace_fresh
gadget g --file "$T/own.img"
plug g
dev=$(gadget_dev g)
allowed "own zone" "$dev"
check "the partition mounts" mount_drive "$DISK" /media/uz
check "a file is written" sh -c 'echo kept >/media/uz/note.txt && sync && umount /media/uz'
check "the record has number and zone" ledger_has \
        '.kind == "verdict" and .verdict == "allow" and .media_number == "NB-OWN" and .drive_zone == "internal"
                and (.label_key | test("^[0-9a-f]{32}$"))'
unplug g
check "the object is gone after unplug" wait_not 10 uz_drive "$dev"

plug g
allowed "replug" "$dev"
check "mounts again" mount_drive "$DISK" /media/uz
is "the file is there" "$(cat /media/uz/note.txt)" kept
umount /media/uz
is "the label says so on the bus" "$(uz_property "$dev" media-number)" NB-OWN
check "list shows it" sh -c 'usbzonectl list | grep -q NB-OWN'
check "explain says ok" sh -c "usbzonectl explain NB-OWN | grep -qi 'signature'"
gadget_remove g

drive_image "$T/plain.img" 16M vfat
blocked_gadget "a plain stick beside it" no-label "$T/plain.img" --serial PLAIN1
check "the ledger verifies" usbzonectl verify
