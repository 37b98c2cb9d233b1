#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# QEMU's own devices can be plugged in, and the peers are in the image but asleep.
# vm: bare
. "$(dirname "$0")/../lib.sh"

drive_image "$T/stick.img" 16M vfat
check "a UAS disk can be plugged in" qemu_plug uas1 uas "$T/stick.img" UASSERIAL
check "it is enumerated" wait_for 20 qemu_dev UASSERIAL
dev=$(qemu_dev UASSERIAL)
like "a disk appears" "$(wait_block "$dev")" '^/dev/sd[a-z]$'
is "bound by uas" "$(bound "$dev")" uas
check "a bulk-only disk can be plugged in" qemu_plug bot1 storage "$T/stick.img" BOTSERIAL
wait_for 20 qemu_dev BOTSERIAL
is "bound by usb-storage" "$(wait_block "$(qemu_dev BOTSERIAL)" >/dev/null && bound "$(qemu_dev BOTSERIAL)")" usb-storage
check "a keyboard can be plugged in" qemu_plug kbd1 kbd
check "usbguard is there" command -v usbguard-daemon
check_not "but not running" systemctl is-active usbguard.service
check "udisks is there" udisksctl status
check "systemd has no failed unit" test -z "$(systemctl --failed --no-legend)"
