#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usb-storage loaded between authorizing and claiming: what it took is recorded and thrown out.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
drive_image "$T/plain.img" 16M vfat
enrolled "$T/own.img"
trace_start
# The module must not be there, and udev must not load it, until the daemon hangs before its claim.
modprobe -r uas usb-storage
mkdir -p /run/modprobe.d
printf 'blacklist usb-storage\nblacklist uas\n' >/run/modprobe.d/test.conf
at_end rm -f /run/modprobe.d/test.conf
ledger_mark
pid=$(systemctl show -P MainPID usbzoned.service)
strace -f -p "$pid" -e trace=ioctl -e inject=ioctl:delay_enter=4s:when=1 -o "$T/strace" &
tracer=$!
wait_for 20 grep -q '^TracerPid:.*[1-9]' /proc/"$pid"/status
trace_fresh
gadget g --file "$T/plain.img"
plug g
dev=$(gadget_dev g)
check "the interface is authorized for a moment" wait_for 20 grep -q 1 "$dev/${dev##*/}:1.0/authorized"
modprobe usb-storage
check "the driver took it" wait_for 10 driver_bound_ever "$dev" usb-storage
is "verdict" "$(verdict "$dev")" "block interface-taken"
check "unbound again" wait_not 10 bound "$dev"
check "its disk is gone" wait_not 10 _has_block "$dev"
check "recorded as critical" ledger_has '.reason == "interface-taken" and .severity == "critical"'
kill "$tracer"
wait "$tracer" 2>/dev/null
gadget_remove g
rm -f /run/modprobe.d/test.conf
blocked_gadget "loaded before the plug" no-label "$T/plain.img" --serial P2
allowed_gadget "own drive" "$T/own.img"
# Loading and unloading all the time while a foreign drive is plugged: no disk ever.
while :; do modprobe -r uas usb-storage; modprobe usb-storage; done 2>/dev/null &
storm=$!
for n in 1 2 3; do
        trace_fresh
        gadget g --file "$T/plain.img" --serial "STORM$n"
        plug g
        dev=$(gadget_dev g)
        wait_dev "$dev"
        like "storm $n: blocked" "$(verdict "$dev")" '^block (no-label|interface-taken)$'
        check "storm $n: no disk is left" wait_not 10 _has_block "$dev"
        gadget_remove g
done
kill $storm
wait $storm 2>/dev/null
modprobe usb-storage
