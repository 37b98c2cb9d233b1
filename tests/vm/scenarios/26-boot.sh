#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Drives that are there at boot: the own one is allowed, the foreign one is not, the system boots. Its clock is
# two years ahead, and at the next boot stands in the past: what has expired stays so, the own drive is allowed
# all the time, and who may puts it right.
# vm: own
# timeout: 1200
. "$(dirname "$0")/../host.sh"

# rtc TIME: for "up", where the hardware clock stands when the machine is switched on
rtc() { printf -- '--qemu=-rtc base=%s' "$(date -u -d "$1" +%Y-%m-%dT%H:%M:%S)"; }
ahead=$(date -u -d '+2 years' +%Y)

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
drive_image /mnt/host/ends.img 16M vfat
check "enrol another" usbzonectl enroll /mnt/host/ends.img --zone internal --number NB-ENDS \
        --holder H --unit U --vid 46f4 --pid 0001 --serial ENDSBOOT --scsi-vendor QEMU \
        --scsi-product 'QEMU HARDDISK' --yes
uztool relabel /mnt/host/ends.img not-after="$(date -u -d '+30 days' +%Y-%m-%dT00:00:00Z)"
check "the unit is enabled" systemctl is-enabled usbzoned.service
sync
EOF
off
scratch=$VM_DIR/vm-$VM_NAME/scratch
drives=(--usb "$scratch/own.img,serial=OWNBOOT" --usb "$scratch/ends.img,serial=ENDSBOOT")
up --keep "$(rtc '+2 years')" "${drives[@]}" --usb "$scratch/foreign.img,serial=FOREIGNBOOT"
is "the clock is two years ahead" "$(guest date -u +%Y)" "$ahead"
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
wait_for 20 qemu_dev ENDSBOOT
is "what was valid for a month has expired" "$(verdict "$(qemu_dev ENDSBOOT)")" "block label-expired"
is "defaults are closed" "$(cat /sys/bus/usb/devices/usb*/interface_authorized_default | sort -u)" 0
check "started before sysinit" sh -c '[ "$(systemctl show -P ActiveEnterTimestampMonotonic usbzoned.service)" -le "$(systemctl show -P ActiveEnterTimestampMonotonic sysinit.target)" ]'
check "the ledger verifies" usbzonectl verify
note "$(usbzonectl log 2>&1 | tail -n 12)"
check "no unit failed" test -z "$(systemctl --failed --no-legend)"
EOF
off
up --keep "$(rtc 2001-01-01)" "${drives[@]}"
date +%s >"$scratch/now"
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
now=$(cat /mnt/host/now)
floor=/var/lib/usbzone/time-floor
# systemd begins no earlier than the day it was built.
check "the clock is behind" [ "$(date +%s)" -lt $((now - 86400)) ]
wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
like "the time of the boot before is remembered" "$(sed -n 's/^time = //p' $floor)" \
        "^$(date -u -d "@$((now + 86400 * 730))" +%Y)-"
is "in this boot" "$(sed -n 's/^boot = //p' $floor)" "$(tr -d - </proc/sys/kernel/random/boot_id)"
wait_for 20 qemu_dev OWNBOOT
wait_for 20 qemu_dev ENDSBOOT
own=$(qemu_dev OWNBOOT) ends=$(qemu_dev ENDSBOOT)
is "own drive, the clock behind" "$(verdict "$own")" "allow ok"
is "what has expired stays so" "$(verdict "$ends")" "block label-expired"
like "the clock is told to be behind" "$(usbzonectl clock)" 'behind'
check "as JSON" sh -c 'usbzonectl clock --json | jq -e ".behind > 86400 * 300"'
check "doctor tells what to do" sh -c 'usbzonectl doctor | grep -q "clock accept"'
date -s "@$now" >/dev/null
check_not "the clock set right: that alone changes nothing" verdict_becomes "$ends" "allow ok" 3
useradd -m -G usbzone-security uz-security
check "who may takes it as right" sudo -u uz-security -- usbzonectl clock accept --reason "battery changed"
check "then it is valid again" verdict_becomes "$ends" "allow ok"
is "and the own drive is as before" "$(verdict "$own")" "allow ok"
check "both times are recorded" ledger_has \
        ".kind == \"clock-accepted\" and .to - $now < 600 and .from - .to > 86400 * 700"
is "nothing of that is tampering" "$(ledger | grep -c '"kind":"tamper"')" 0
check "the ledger verifies over all that" usbzonectl verify
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
