#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A UAS-only drive is read through the kernel, hidden and read-only until it is decided.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 16M vfat
qemu_plug foreign uas "$T/plain.img" UASFOREIGN
wait_for 20 qemu_dev UASFOREIGN || die "no UAS device"
dev=$(qemu_dev UASFOREIGN)
is "foreign UAS drive" "$(verdict "$dev" 60)" "block no-label"
check "its disk is gone" wait_not 10 _has_block "$dev"
trace_sync
check_not "udev never showed it to anybody" grep -A30 '^UDEV .*block' "$TRACE" --no-group-separator -q -e 'ID_FS_TYPE=vfat'
qemu_unplug foreign

cp "$T/plain.img" "$T/own.img"
usbzonectl enroll "$T/own.img" --zone internal --number NB-UAS --holder H --unit U --vid 46f4 --pid 0003 \
        --serial UASOWN --scsi-vendor QEMU --scsi-product 'QEMU HARDDISK' --yes >"$T/enroll.log" 2>&1 || cat "$T/enroll.log"
qemu_plug own uas "$T/own.img" UASOWN
wait_for 20 qemu_dev UASOWN
dev=$(qemu_dev UASOWN)
is "own UAS drive" "$(verdict "$dev" 60)" "allow ok"
DISK=$(wait_block "$dev")
check "it is writable now" wait_for 10 sh -c "[ \$(blockdev --getro $DISK) = 0 ]"
check "it mounts" mount_drive "$DISK" /media/uz
umount /media/uz
qemu_unplug own
