#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon killed between authorizing and claiming: no driver binds, and the drive gets its verdict.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
drive_image "$T/plain.img" 16M vfat
enrolled "$T/own.img"
modprobe usb-storage
trace_start
try() {
        local pid tracer dev
        pid=$(systemctl show -P MainPID usbzoned.service)
        # USBDEVFS_CLAIMINTERFACE is the first ioctl after the write to `authorized`.
        strace -f -p "$pid" -e trace=ioctl -e inject=ioctl:signal=KILL:when=1 -o "$T/strace" &
        tracer=$!
        wait_for 20 grep -q '^TracerPid:.*[1-9]' /proc/"$pid"/status
        trace_fresh
        gadget g --file "$2"
        plug g
        dev=$(gadget_dev g)
        check "$1: the daemon was killed" wait_not 20 test -e /proc/"$pid"
        wait "$tracer" 2>/dev/null
        echo 1-1:1.0 >/sys/bus/usb/drivers_probe 2>/dev/null
        check "$1: the daemon is back" wait_for 30 busctl --quiet introspect org.usbzone1 /org/usbzone1
        grep -q CLAIMINTERFACE "$T/strace" && note "killed at: $(grep -m1 CLAIMINTERFACE "$T/strace")"
}
try foreign "$T/plain.img"
blocked "foreign" "$(gadget_dev g)" no-label
gadget_remove g
try own "$T/own.img"
allowed "own" "$(gadget_dev g)"
gadget_remove g
