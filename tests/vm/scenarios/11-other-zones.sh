#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each zone's drive on each zone's computer: the decision table on the real bus.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
for z in internal classified internet; do
        level=none
        [ $z != classified ] || level=secret
        enrolled "$T/$z.img" --zone $z --level $level --serial "UZ-$z"
done
drive_image "$T/none.img" 16M vfat
trace_start

# HOST DRIVE REASON SEVERITY, as in the decision table
while read -r host drive reason severity; do
        level=none
        [ "$host" != classified ] || level=secret
        uztool credential "$host" $level
        usbzonectl reload >/dev/null || not_ok "reload for $host"
        ledger_mark
        trace_fresh
        gadget g --file "$T/$drive.img" --serial "UZ-$drive"
        plug g
        dev=$(gadget_dev g)
        if [ "$reason" = ok ]; then
                allowed "$drive drive on $host computer" "$dev"
        else
                blocked "$drive drive on $host computer" "$dev" "$reason"
                check "recorded as $severity" ledger_has \
                        ".kind == \"verdict\" and .reason == \"$reason\" and .severity == \"$severity\""
        fi
        gadget_remove g
done <<'TABLE'
internal internal ok none
internal classified zone-mismatch critical
internal internet zone-mismatch warning
internal none no-label warning
classified internal zone-mismatch warning
classified classified ok none
classified internet zone-mismatch critical
classified none no-label warning
internet internal zone-mismatch critical
internet classified zone-mismatch critical
internet internet ok none
internet none no-label notice
TABLE
