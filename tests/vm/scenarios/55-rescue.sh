#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ways out of usbzoned(8), each tried: without the daemon, without it from the boot on, and with
# the guard taken out of use from a rescue system; and back again.
# vm: own
# timeout: 1200
. "$(dirname "$0")/../host.sh"

up
guest_install
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
product_up internal
usbzonectl mode enforce --reason test >/dev/null
drive_image /root/plain.img 16M vfat
gadget g --file /root/plain.img --serial PLAIN
plug g
is "guarded: the drive" "$(verdict "$(gadget_dev g)")" "block no-label"
unplug g
systemctl stop usbzoned.service
plug g
check "daemon stopped: no disk" wait_not 3 _has_block "$(gadget_dev g)"
unplug g
touch /var/lib/usbzone/observe
rm -f /run/usbzone/ready
plug g
check "way 3: its disk is there" wait_block "$(gadget_dev g)"
check "way 3: it can be mounted" mount_drive /dev/sda /media/uz ro
umount /media/uz
unplug g
systemctl start usbzoned.service
check "the guard is back" wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
check "and enforces again" usbzonectl mode enforce --reason "the drive has been read"
plug g
is "the drive is blocked again" "$(verdict "$(gadget_dev g)")" "block no-label"
sync
EOF
off
up --keep --append systemd.mask=usbzoned.service
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
is "way 4: the unit is masked" "$(systemctl show -P LoadState usbzoned.service)" masked
gadget g --file /root/plain.img --serial PLAIN
plug g
wait_dev "$(gadget_dev g)"
check "way 4: that alone keeps it closed" wait_not 5 _has_block "$(gadget_dev g)"
unplug g
touch /var/lib/usbzone/observe
plug g
check "way 4: with the file its disk is there" wait_block "$(gadget_dev g)"
check "way 4: it can be mounted" mount_drive /dev/sda /media/uz
umount /media/uz
sync
EOF
off
up --keep
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
check "without the parameter the guard is back" wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
is "and observes, as the file says" "$(usbzonectl mode)" observe
check "enforcing again" usbzonectl mode enforce --reason "rescued"
check "the evidence is whole" usbzonectl verify
missing=$(journalctl --list-boots --no-pager -o json | jq -r '.[].boot_id' |
        while read -r b; do grep -qs "$b" /var/lib/usbzone/ledger/*.jsonl || echo "$b"; done | wc -l)
is "one boot is in the journal and not in the ledger" "$missing" 1
mv /etc/usbzone/authority.keys /etc/usbzone/authority.keys.away
sync
EOF
off
up --keep
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
is "way 5: the daemon does not run" "$(systemctl is-active usbzoned.service)" inactive
is "way 5: the kernel's default is open" "$(sort -u /sys/bus/usb/devices/usb*/interface_authorized_default)" 1
gadget g --file /root/plain.img --serial PLAIN
plug g
check "way 5: every drive is let in" wait_block "$(gadget_dev g)"
check "way 5: and can be mounted" mount_drive /dev/sda /media/uz
umount /media/uz
unplug g
mv /etc/usbzone/authority.keys.away /etc/usbzone/authority.keys
systemctl start usbzoned.service
check "the name given back, the guard is back" wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
plug g
is "and blocks" "$(verdict "$(gadget_dev g)")" "block no-label"
check "nothing was lost" usbzonectl verify
EOF
