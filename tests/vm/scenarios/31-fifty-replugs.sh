#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fifty replugs: fifty times the same verdict, and nothing grows.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
enrolled "$T/own.img"
pid=$(systemctl show -P MainPID usbzoned.service)
trace_fresh
gadget g --file "$T/own.img"
plug g
dev=$(gadget_dev g)
verdict "$dev" >/dev/null
unplug g
fds=$(find /proc/"$pid"/fd | wc -l)
rss=$(awk '/^VmRSS/ { print $2 }' /proc/"$pid"/status)
ledger_mark
good=0
for _ in $(seq 50); do
        plug g
        if wait_block "$dev" 20 >/dev/null && verdict_becomes "$dev" "allow ok" 10; then
                good=$((good + 1))
        fi
        unplug g
done
is "allowed each time" $good 50
is "one verdict record a plug" "$(ledger_since | jq -c 'select(.kind == "verdict")' | wc -l)" 50
wait_not 10 uz_drive "$dev"
fds2=$(find /proc/"$pid"/fd | wc -l)
check "no descriptor more ($fds -> $fds2)" [ "$fds2" -le "$fds" ]
rss2=$(awk '/^VmRSS/ { print $2 }' /proc/"$pid"/status)
check "memory did not grow by more than 256 KiB ($rss -> $rss2 KiB)" [ "$rss2" -le $((rss + 256)) ]
gadget_remove g
drive_image "$T/plain.img" 16M vfat
trace_start
blocked_gadget "a plain stick after it" no-label "$T/plain.img" --serial PLAIN
