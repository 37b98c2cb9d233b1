#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon runs without capabilities, and a clean stop leaves the defaults closed.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
pid=$(systemctl show -P MainPID usbzoned.service)
is "no effective capability" "$(awk '/^CapEff/ { print $2 }' /proc/"$pid"/status)" 0000000000000000
is "no permitted capability" "$(awk '/^CapPrm/ { print $2 }' /proc/"$pid"/status)" 0000000000000000
is "no new privileges" "$(awk '/^NoNewPrivs/ { print $2 }' /proc/"$pid"/status)" 1
is "seccomp" "$(awk '/^Seccomp:/ { print $2 }' /proc/"$pid"/status)" 2
score=$(systemd-analyze security --no-pager usbzoned.service | awk '/Overall exposure/ { print $(NF - 2) }')
note "exposure $score"
enrolled "$T/own.img"
allowed_gadget "running" "$T/own.img"
usbzone_stop
for h in /sys/bus/usb/devices/usb*; do
        is "closed: ${h##*/}" "$(cat "$h/interface_authorized_default")" 0
done
trace_fresh
gadget g --file "$T/own.img"
plug g
dev=$(gadget_dev g)
wait_dev "$dev"
settle
check "stopped: no driver" no_driver_bound_ever "$dev"
usbzone_start
is "started: verdict" "$(verdict "$dev")" "allow ok"
check "watchdog is on" sh -c "[ \"\$(systemctl show -P WatchdogUSec usbzoned.service)\" != 0 ]"
systemctl reload usbzoned.service
check "SIGHUP reloads" wait_for 10 sh -c "cat /var/lib/usbzone/ledger/*.jsonl | jq -e 'select(.kind == \"policy-loaded\")' >/dev/null"
