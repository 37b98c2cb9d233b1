#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Drives that are there at boot: the own one is allowed, the foreign one is not, the system boots.
# vm: own
# timeout: 1200
. "$(dirname "$0")/../host.sh"

up
guest_install
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
product_up internal
usbzonectl mode enforce --reason test >/dev/null
drive_image /mnt/host/foreign.img 16M vfat
drive_image /mnt/host/own.img 16M vfat
check "enrol a drive for the boot" usbzonectl enroll /mnt/host/own.img --zone internal --number NB-BOOT \
        --holder H --unit U --vid 46f4 --pid 0001 --serial OWNBOOT --scsi-vendor QEMU \
        --scsi-product 'QEMU HARDDISK' --yes
check "the unit is enabled" systemctl is-enabled usbzoned.service
sync
EOF
off
scratch=$VM_DIR/vm-$VM_NAME/scratch
up --keep --usb "$scratch/own.img,serial=OWNBOOT" --usb "$scratch/foreign.img,serial=FOREIGNBOOT"
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
is "the daemon runs" "$(systemctl is-active usbzoned.service)" active
wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
wait_for 20 qemu_dev OWNBOOT
own=$(qemu_dev OWNBOOT) foreign=$(qemu_dev FOREIGNBOOT)
is "own drive, there at boot" "$(verdict "$own")" "allow ok"
check "its disk is there" wait_block "$own"
is "foreign drive, there at boot" "$(verdict "$foreign")" "block no-label"
check "its disk is not" wait_not 10 _has_block "$foreign"
is "defaults are closed" "$(cat /sys/bus/usb/devices/usb*/interface_authorized_default | sort -u)" 0
check "started before sysinit" sh -c '[ "$(systemctl show -P ActiveEnterTimestampMonotonic usbzoned.service)" -le "$(systemctl show -P ActiveEnterTimestampMonotonic sysinit.target)" ]'
check "the ledger verifies" usbzonectl verify
note "$(usbzonectl log 2>&1 | tail -n 12)"
check "no unit failed" test -z "$(systemctl --failed --no-legend)"
EOF

# The system itself runs from a USB disk: it is never touched.
vm down
up --usb-root
guest_install
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
product_up internal
usbzonectl mode enforce --reason test >/dev/null
check "the unit is enabled" systemctl is-enabled usbzoned.service
sync
EOF
check "reboot" vm reboot
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
is "the root file system is on a USB disk" "$(findmnt -no SOURCE /)" /dev/sda
wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
root=$(realpath /sys/block/sda)
dev=${root%%:1.*}
dev=${dev%/*}
is "the system's drive is known as such" "$(uz_property "$dev" State)" system
check "and still writable" sh -c 'echo x >/root/x && sync'
check "it is in the ledger" ledger_has 'tostring | test("system-drive")'
EOF
