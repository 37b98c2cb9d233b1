#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine of its own: what was synced survives a power cut, a USB root disk boots.
# vm: own
# timeout: 900
. "$(dirname "$0")/../host.sh"

up --usb-root
is "the root filesystem is on a USB disk" "$(guest findmnt -no SOURCE /)" /dev/sda
guest 'echo kept >/root/synced; sync; echo lost >/root/unsynced'
boot=$(guest cat /proc/sys/kernel/random/boot_id)
check "the power can be cut" vm kill
up --keep --usb-root
unlike "it boots again" "$(guest cat /proc/sys/kernel/random/boot_id)" "$boot"
is "what was synced is there" "$(guest cat /root/synced)" kept
check_not "what was not synced is gone" guest test -s /root/unsynced
guest_lib <<'EOF'
check "checks in the guest count too" test -d /mnt/stage/vm
EOF
