#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Keyboards, mice and hubs work with the daemon running, stopped and masked; storage then does not.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
try() {
        gadget k --hid
        plug k
        check "keyboard, daemon $1" wait_for 20 bound "$(gadget_dev k)"
        gadget_remove k
        gadget m --mouse
        plug m
        check "mouse, daemon $1" wait_for 20 bound "$(gadget_dev m)"
        gadget_remove m
}
stick() {
        local dev
        trace_fresh
        gadget g --file "$T/own.img"
        plug g
        dev=$(gadget_dev g)
        check "stick, daemon $1: enumerates" wait_dev "$dev"
        settle
        is "stick, daemon $1: not authorized" "$(cat "$dev/${dev##*/}:1.0/authorized")" 0
        check "stick, daemon $1: no driver ever" no_driver_bound_ever "$dev"
        check "stick, daemon $1: no disk ever" no_block_device_ever "$dev"
        gadget_remove g
}
try running
allowed_gadget "stick, daemon running" "$T/own.img"
trace_stop
usbzone_stop
trace_start
try stopped
stick stopped
systemctl mask --runtime usbzoned.service 2>/dev/null
try masked
stick masked
systemctl unmask --runtime usbzoned.service 2>/dev/null
usbzone_start
allowed_gadget "stick, daemon back" "$T/own.img"
