#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A host controller that appears with a drive already in it: its default is open, the drive is not.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
drive_image "$T/plain.img" 16M vfat
enrolled "$T/own.img"
check "a default opened behind our back is found by doctor" sh -c \
        'echo 1 >/sys/bus/usb/devices/usb1/interface_authorized_default && ! usbzonectl doctor >/dev/null'
# As with a controller that was hot-plugged: the default of its root hub is open when the drive comes.
late() {
        local h
        for h in /sys/bus/usb/devices/usb*; do echo 1 >"$h/interface_authorized_default"; done
        gadget g --file "$1"
        plug g
        dev=$(gadget_dev g)
        wait_dev "$dev"
}
trace_start
modprobe -r uas usb-storage
trace_fresh
late "$T/plain.img"
is "foreign drive" "$(verdict "$dev")" "block no-label"
check "no driver was ever bound" no_driver_bound_ever "$dev"
check "no block device ever appeared" no_block_device_ever "$dev"
gadget_remove g
modprobe -r uas usb-storage
late "$T/own.img"
allowed "own drive" "$dev"
gadget_remove g
# The daemon is faster than udev, which loads the driver: as at boot, where udev has much to do.
modprobe -r uas usb-storage
at_end udevadm control --start-exec-queue
udevadm control --stop-exec-queue
late "$T/own.img"
is "own drive, handed over before its driver is there" \
        "$(wait_for 20 _state_is "$dev" handover; uz_property "$dev" State)" handover
udevadm control --start-exec-queue
allowed "own drive, when its driver has come" "$dev"
gadget_remove g
# With the drivers loaded the kernel binds at once; then the drive is taken back and recorded.
late "$T/plain.img"
like "foreign drive, driver there before" "$(verdict "$dev")" '^block (no-label|interface-taken)$'
check "its disk is gone" wait_not 10 _has_block "$dev"
check "recorded" ledger_has '.kind == "active-before-start" or .reason == "interface-taken"'
for h in /sys/bus/usb/devices/usb*; do echo 0 >"$h/interface_authorized_default"; done
