#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Enrolment as an administrator does it: on a disk, on a blocked drive through the daemon, with --format.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 32M vfat
trace_fresh
gadget g --file "$T/plain.img" --serial FRESH
plug g
dev=$(gadget_dev g)
blocked "fresh drive" "$dev" no-label
nr=$(uz_property "$dev" Number)
check "enrolled through the daemon" usbzonectl enroll "$nr" --zone internal --number NB-100 --holder Li --unit Office --yes
check "allowed at once" verdict_becomes "$dev" "allow ok"
DISK=$(wait_block "$dev")
check "its files are untouched: it mounts" mount_drive "$DISK" /media/uz
umount /media/uz
# What the kernel itself has printed, without the daemon's help, is the same drive.
history_of() {
        journalctl --sync
        usbzonectl history --json 2>/dev/null |
                jq -r ".[] | select(.serial == \"$1\") | [.identity, .whitelist, .zone, .media_number] | join(\" \")"
}
is "history: the identity from the kernel's lines is the daemon's, and on the whitelist" \
        "$(history_of FRESH)" "$(uz_property "$dev" Identity) listed internal NB-100"
check "label show on the disk" sh -c "usbzonectl label show $DISK | grep -q NB-100"
gadget_remove g

drive_image "$T/super.img" 32M blank
mkfs.vfat "$T/super.img" >/dev/null 2>&1
trace_fresh
gadget g --file "$T/super.img" --serial SUPER
plug g
dev=$(gadget_dev g)
verdict "$dev" >/dev/null
nr=$(uz_property "$dev" Number)
check_not "no gap: refused" usbzonectl enroll "$nr" --zone internal --number NB-101 --holder Li --unit Office --yes
out=$(usbzonectl enroll "$nr" --zone internal --number NB-101 --holder Li --unit Office --yes 2>&1)
like "and says what to do" "$out" '--format'
check_not "the number of another drive is refused" usbzonectl enroll "$nr" --zone internal --number NB-100 --holder Li --unit Office --format exfat --yes
check "with --format it is re-created" usbzonectl enroll "$nr" --zone internal --number NB-101 --holder Li --unit Office --format exfat --yes
check "allowed then" verdict_becomes "$dev" "allow ok"
DISK=$(wait_block "$dev")
check "exfat mounts" mount_drive "$DISK" /media/uz
is "file system" "$(findmnt -no FSTYPE /media/uz)" exfat
check_not "a mounted drive is refused" usbzonectl enroll "$DISK" --zone internal --number NB-102 --holder Li --unit Office --format vfat --yes
umount /media/uz
gadget_remove g
check_not "a disk that is no USB drive is refused" usbzonectl enroll /dev/vda --zone internal --number NB-103 --holder Li --unit Office --yes
check "the enrolments are in the ledger" ledger_has '.kind == "enrolled"'
