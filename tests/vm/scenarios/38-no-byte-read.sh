#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From the drive's side: of a blocked drive nothing outside the label area is ever asked for.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 16M vfat
enrolled "$T/own.img" --serial EMU1
first=$((960 * 2)) count=16

emu foreign --serial EMU2 --file "$T/plain.img" "${EMU_LIKE[@]}"
dev=$(emu_dev foreign)
blocked "unlabelled" "$dev" no-label
is "reads outside the label area" "$(emu_reads_outside foreign $first $count)" ''
check "the label area was asked for" emu_log foreign 'READ'
check_not "nothing was written" emu_log foreign '^scsi WRITE'
emu_stop foreign

cp "$T/own.img" "$T/copy.img"
emu copy --serial EMU3 --file "$T/copy.img" "${EMU_LIKE[@]}"
dev=$(emu_dev copy)
blocked "copied label" "$dev" identity-mismatch
is "reads outside the label area" "$(emu_reads_outside copy $first $count)" ''
emu_stop copy

emu own --serial EMU1 --file "$T/own.img" "${EMU_LIKE[@]}"
dev=$(emu_dev own)
wait_dev "$dev"
is "own drive" "$(verdict "$dev")" "allow ok"
check "its partition table was read, after the verdict" wait_for 20 emu_log own 'READ.*lba=0 '
emu_stop own

usbzone_stop
emu dead --serial EMU2 --file "$T/plain.img" "${EMU_LIKE[@]}"
dev=$(emu_dev dead)
wait_dev "$dev"
settle
check_not "daemon dead: no SCSI command at all" emu_log dead '^scsi'
emu_stop dead
usbzone_start
