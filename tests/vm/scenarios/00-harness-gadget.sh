#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A gadget stick binds, mounts and goes away on the bare kernel; held back, it stays unbound.
# vm: bare
. "$(dirname "$0")/../lib.sh"

trace_start
drive_image "$T/stick.img" 32M vfat
gadget_storage stick --serial BARE0001 --file "$T/stick.img"
plug stick
dev=$(gadget_dev stick)
check "the device is enumerated" wait_dev "$dev"
disk=$(wait_block "$dev")
like "a disk appears" "$disk" '^/dev/sd[a-z]$'
is "usb-storage is bound" "$(bound "$dev" 0)" usb-storage
is "the serial is the one given" "$(cat "$dev/serial")" BARE0001
check "its FAT mounts" mount_drive "$disk" "$T/mnt"
echo hello >"$T/mnt/file"
check "a file is written" umount "$T/mnt"
unplug stick
check_not "the trace knows the disk" no_block_device_ever "$dev"
check_not "the trace knows the driver" no_driver_bound_ever "$dev"
check "the file is in the image" grep -aq hello "$T/stick.img"

bus=${dev%/*}
echo 0 >"$bus/interface_authorized_default"
at_end sh -c "echo 1 >'$bus/interface_authorized_default'"
trace_stop
trace_start
klog_mark
plug stick
check "it is enumerated again" wait_dev "$dev"
check "the kernel says why it does not bind" wait_for 10 klog_has 'usb-storage.*not authorized|Interface 0 is not authorized'
assert_no_driver_bound_ever "$dev" "with interface_authorized_default=0"
assert_no_block_device_ever "$dev" "with interface_authorized_default=0"
