#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices that hide what they are: storage behind a descriptor where udev stops reading, a number that
# a storage driver takes whatever the class; and the honest device with a long list of interfaces.
# vm: shared
# timeout: 240
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
drive_image "$T/plain.img" 16M vfat
listed=(--vid 03eb --pid 2002) # on usb-storage's list, with any class
modprobe usb-storage

# By the rules alone.
usbzone_stop
emu odd --serial ODD --iface 3:0:0 --odd --iface 8:6:50 --file "$T/plain.img" "${EMU_LIKE[@]}"
odd=$(emu_dev odd)
wait_dev "$odd"
settle
is "udev sees no storage" "$(udevadm info -q property "$odd" | grep -c '^ID_USB_INTERFACES=.*:08')" 0
is "storage stays unauthorized with no daemon" "$(cat "$(iface "$odd" 1)/authorized")" 0
emu listed --serial LISTED "${listed[@]}" --iface 3:0:0
posing=$(emu_dev listed)
wait_dev "$posing"
settle
is "a listed number stays unauthorized with no daemon" "$(cat "$(iface "$posing" 0)/authorized")" 0

# And with the daemon.
usbzone_start
is "storage behind an odd descriptor" "$(verdict "$odd")" "block device-composite"
check "all of it is closed" wait_not 10 bound "$odd" 0
is "a listed number" "$(verdict "$posing")" "block device-class-blocked"
for d in odd posing; do
        check_not "$d: usb-storage was never bound" driver_bound_ever "${!d}" usb-storage
        check "$d: no block device ever appeared" no_block_device_ever "${!d}"
done
emu_stop odd
emu_stop listed

# 24 different classes: more than the rule trusts udev's list with.
emu long --serial LONG --iface 3:0:0 --alts 24
long=$(emu_dev long)
wait_dev "$long"
check "a long list of harmless interfaces is let in by the daemon" wait_for 20 bound "$long" 0
emu_stop long

# The list in the rule and in the daemon is what this kernel's drivers say.
for m in usb-storage $(cd "/lib/modules/$(uname -r)/kernel/drivers/usb/storage" && ls) rtsx_usb vub300 ushc; do
        modinfo -F alias "${m%%.ko*}" 2>/dev/null
done | sed -nE 's/^usb:v([0-9A-F]{4})p([0-9A-F]{4})d.*ic\*isc\*ip\*in\*$/\1 \2/p' | sort -u >"$T/kernel"
check "there are some" test "$(wc -l <"$T/kernel")" -gt 100
while read -r vid pid; do
        printf '%x/%x/\n' "0x$vid" "0x$pid"
done <"$T/kernel" >"$T/products"
missing=0
while read -r product; do
        grep -qF "$product*" /usr/lib/udev/rules.d/10-usbzone.rules || { note "missing: $product"; missing=1; }
done <"$T/products"
is "the rule knows every number of the kernel's storage drivers" $missing 0
