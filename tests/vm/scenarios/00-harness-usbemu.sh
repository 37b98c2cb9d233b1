#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Emulated devices work against the bare kernel: a stick that mounts, an MTP phone, a keyboard.
# vm: bare
. "$(dirname "$0")/../lib.sh"

drive_image "$T/stick.img" 32M vfat
emu stick --serial EMUSTICK --file "$T/stick.img"
dev=$(emu_dev stick)
disk=$(wait_block "$dev")
like "a disk appears" "$disk" '^/dev/sd[a-z]$'
is "usb-storage is bound" "$(bound "$dev")" usb-storage
is "the serial is the one given" "$(cat "$dev/serial")" EMUSTICK
check "its FAT mounts" mount_drive "$disk" "$T/mnt"
dd if=/dev/urandom of="$T/data" bs=64k count=64 status=none
cp "$T/data" "$T/mnt/data"
check "4 MiB are written" umount "$T/mnt"
echo 3 >/proc/sys/vm/drop_caches
mount_drive "$disk" "$T/mnt"
check "and read back" cmp "$T/data" "$T/mnt/data"
umount "$T/mnt"
check "its log shows the first sector being read" emu_log stick '^scsi READ_10 lun=0 lba=0 '
check "and the writes" emu_log stick '^scsi WRITE_10 '
emu_stop stick
check_not "it is gone" test -e "$dev"

emu phone --vid 18d1 --pid 4ee1 --serial PHONE --iface 6:1:1 --iface ff:42:1
dev=$(emu_dev phone)
check "the phone is enumerated" wait_dev "$dev"
is "as an MTP device" "$(cat "$(iface "$dev" 0)"/bInterface{Class,SubClass,Protocol} | tr '\n' ' ')" "06 01 01 "
is "and ADB" "$(cat "$(iface "$dev" 1)"/bInterface{Class,SubClass,Protocol} | tr '\n' ' ')" "ff 42 01 "
check_not "no driver wants it" bound "$dev" 0

emu keyboard --serial KBD --iface 3:1:1
dev=$(emu_dev keyboard)
check "a keyboard is enumerated" wait_dev "$dev"
check "and usbhid binds" wait_for 20 bound "$dev" 0
check "beside the phone" test -e "$(emu_dev phone)"

emu wide --serial WIDE --iface ff:0:ff --alts 40 --file "$T/stick.img"
dev=$(emu_dev wide)
like "a stick behind 40 alternate settings binds" "$(wait_block "$dev")" '^/dev/sd[a-z]$'
emu raw --serial 'A\nB\e[31m\xffC' --iface ff:0:0
check "a serial with control bytes" wait_dev "$(emu_dev raw)"
is "reaches sysfs as it is" "$(od -An -c "$(emu_dev raw)/serial" | tr -d ' \n')" 'A\nB033[31m303277C\n'
