#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# After kill -9 an allowed drive stays usable; a new one stays unbound until the daemon is back.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/a.img" --serial UZ-A
enrolled "$T/b.img" --serial UZ-B
drive_image "$T/plain.img" 16M vfat
gadget a --file "$T/a.img" --serial UZ-A
plug a 0
adev=$(gadget_dev a)
allowed "in use before" "$adev"
adisk=$DISK
mount_drive "$adisk" /media/uz
echo before >/media/uz/f

mkdir -p /run/systemd/system/usbzoned.service.d
printf '[Service]\nRestart=no\n' >/run/systemd/system/usbzoned.service.d/test.conf
systemctl daemon-reload
systemctl kill -s KILL usbzoned.service
check "killed" wait_for 20 sh -c '[ "$(systemctl is-active usbzoned.service)" = failed ]'
check "the drive in use can be written" sh -c 'echo after >/media/uz/g && sync'
gadget b --file "$T/b.img" --serial UZ-B
plug b 1
bdev=$(gadget_dev b)
gadget p --file "$T/plain.img" --serial PLAIN
plug p 2
pdev=$(gadget_dev p)
wait_dev "$bdev"
wait_dev "$pdev"
settle
check "new drive: no driver" no_driver_bound_ever "$bdev"
check "new foreign drive: no driver" no_driver_bound_ever "$pdev"
rm -r /run/systemd/system/usbzoned.service.d
systemctl daemon-reload
ledger_mark
usbzone_start
is "own drive gets its verdict" "$(verdict "$bdev")" "allow ok"
blocked "foreign drive" "$pdev" no-label
is "the drive in use is known again" "$(verdict "$adev")" "allow ok"
check "and was never taken away" grep -q "^${adisk}1 /media/uz" /proc/mounts
is "its files are there" "$(cat /media/uz/f /media/uz/g | tr '\n' ' ')" "before after "
umount /media/uz
check "the unclean end is visible" ledger_has '.kind == "start"'
pid=$(systemctl show -P MainPID usbzoned.service)
kill -9 "$pid"
check "systemd restarts it by itself" wait_for 20 sh -c "p=\$(systemctl show -P MainPID usbzoned.service); [ \$p != 0 ] && [ \$p != $pid ]"
check "back within seconds" wait_for 20 busctl --quiet introspect org.usbzone1 /org/usbzone1

# what it had counted and not yet recorded is recorded by the next one
gadget_remove p
for _ in 1 2 3; do
        gadget p --file "$T/plain.img" --serial PLAIN
        plug p 2
        is "blocked again" "$(verdict "$(gadget_dev p)")" "block no-label"
        gadget_remove p
done
ledger_mark
kill -9 "$(systemctl show -P MainPID usbzoned.service)"
check "killed while it counts: the count is recorded" wait_for 30 ledger_has \
        '.kind == "repeated" and .of == "verdict" and .serial == "PLAIN" and .times >= 2'
check "and the ledger is whole" usbzonectl verify
