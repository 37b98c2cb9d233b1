#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A label counts from its first to its last day.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
allowed_gadget "valid" "$T/own.img"
cp "$T/own.img" "$T/old.img"
uztool relabel "$T/old.img" not-before=2019-01-01T00:00:00Z not-after=2020-01-01T00:00:00Z
blocked_gadget "expired" label-expired "$T/old.img"
cp "$T/own.img" "$T/new.img"
uztool relabel "$T/new.img" not-before=2090-01-01T00:00:00Z
blocked_gadget "not yet valid" label-not-yet-valid "$T/new.img"
cp "$T/own.img" "$T/host.img"
uztool relabel "$T/host.img" host=00112233445566778899aabbccddeeff
blocked_gadget "for another computer" host-not-permitted "$T/host.img"
cp "$T/own.img" "$T/mine.img"
uztool relabel "$T/mine.img" host="$(busctl --json=short get-property org.usbzone1 /org/usbzone1 org.usbzone1.Manager HostId | jq -r .data)"
allowed_gadget "for this computer" "$T/mine.img"
