#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Drives bound before the daemon started: taken back and decided; the system's own drive is never touched.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
enrolled "$T/own.img" --serial UZ-OWN
drive_image "$T/plain.img" 16M vfat
usbzone_stop
# As before the guard was there: defaults open, drivers loaded, so that they bind before any rule runs.
modprobe usb-storage
for h in /sys/bus/usb/devices/usb*; do echo 1 >"$h/interface_authorized_default"; done
gadget own --file "$T/own.img" --serial UZ-OWN
gadget foreign --file "$T/plain.img" --serial FOREIGN
gadget system --file "$T/plain.img" --serial SYSTEM --ro
plug own 0
plug foreign 1
plug system 2
for g in own foreign system; do
        wait_block "$(gadget_dev $g)" >/dev/null || die "$g did not bind before the daemon"
done
mkdir -p /boot
mount -o ro "$(wait_block "$(gadget_dev system)")1" /boot || die "cannot mount /boot"
ledger_mark
usbzone_start
is "own drive" "$(verdict "$(gadget_dev own)")" "allow ok"
check "its disk is there" wait_block "$(gadget_dev own)"
is "foreign drive" "$(verdict "$(gadget_dev foreign)")" "block no-label"
check "its disk is gone" wait_not 10 _has_block "$(gadget_dev foreign)"
is "the system's drive is left alone" "$(uz_property "$(gadget_dev system)" State)" system
check "/boot is still mounted" mountpoint -q /boot
check "and readable" ls /boot
check "active before start is recorded" ledger_has '.kind == "active-before-start"'
check "the system's drive is recorded" ledger_has 'tostring | test("system-drive")'
is "defaults are closed again" "$(cat /sys/bus/usb/devices/usb*/interface_authorized_default | sort -u)" 0
umount /boot

# In use by somebody, not by the system: looked at in place.
gadget_remove own
gadget_remove foreign
gadget_remove system
usbzone_stop
for h in /sys/bus/usb/devices/usb*; do echo 1 >"$h/interface_authorized_default"; done
gadget own --file "$T/own.img" --serial UZ-OWN
plug own 0
disk=$(wait_block "$(gadget_dev own)")
is "with nobody to decide, the kernel's disk is read-only" "$(blockdev --getro "$disk")" 1
mount_drive "$disk" /media/uz
usbzone_start
is "own drive, mounted" "$(verdict "$(gadget_dev own)")" "allow ok"
check "still mounted" grep -q "^${disk}1 /media/uz vfat" /proc/mounts
check "writable now" wait_for 10 sh -c "[ \$(blockdev --getro $disk) = 0 ]"
check "a write works" sh -c 'mount -o remount,rw /media/uz && echo y >/media/uz/y'
umount /media/uz
