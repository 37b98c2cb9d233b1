#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A grant lets a drive in for its time and is cut while it is mounted; a revoked drive gets none.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 16M vfat
ledger_mark
trace_fresh
gadget g --file "$T/plain.img"
plug g
dev=$(gadget_dev g)
blocked "before" "$dev" no-label
nr=$(uz_property "$dev" Number)
check_not "a grant needs a reason" usbzonectl allow "$nr" --for 1h
check "allow for 25 seconds" usbzonectl allow "$nr" --for 25s --reason "delivery of the annual report"
check "granted" verdict_becomes "$dev" "allow granted"
DISK=$(wait_block "$dev")
check "it mounts" mount_drive "$DISK" /media/uz
echo written >/media/uz/in-time.txt
check "cut by the timer while mounted" verdict_becomes "$dev" "block no-label" 60
check "the disk is gone" wait_not 10 test -e "$DISK"
umount -l /media/uz
gadget_remove g
image_mount "$T/plain.img" /media/uz
is "what was written in time is on the drive (synced before the cut)" "$(cat /media/uz/in-time.txt)" written
umount /media/uz
check "grant and end are in the ledger" ledger_has '.kind == "grant"'
check "the end is in the ledger" ledger_has '.kind == "grant-ended"'
check "with approver and reason" ledger_has '(.kind == "grant") and (tostring | test("annual report"))'

trace_fresh
gadget g --file "$T/plain.img"
plug g
is "plugged in again: blocked" "$(verdict "$dev")" "block no-label"
nr=$(uz_property "$dev" Number)
check "read-only grant" usbzonectl allow "$nr" --for 1h --read-only --reason "import"
check "read-only" verdict_becomes "$dev" "read-only granted"
DISK=$(wait_block "$dev")
check "BLKROGET" wait_for 10 sh -c "[ \$(blockdev --getro $DISK) = 1 ]"
id=$(usbzonectl allow --list --json | jq -r '.[0].id // .[0].grant')
check "ended by hand" usbzonectl allow --end "$id"
check "blocked at once" verdict_becomes "$dev" "block no-label"
gadget_remove g
