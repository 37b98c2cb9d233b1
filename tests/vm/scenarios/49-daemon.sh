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

# An installation that was cut short: the daemon itself may not write there, its unit finishes it.
cut_short() { # what is in force is pending, and its place holds something else
        cp -a /etc/usbzone /run/pending
        rm -rf /run/pending/authority /run/pending/.[!.]*
        cp -a /run/pending /etc/usbzone/.pending
        rm -rf /run/pending
        echo 'of before' >/etc/usbzone/policy
}
cut_short
usbzonectl reload >/dev/null 2>&1 || :
check "reload finishes it" test ! -e /etc/usbzone/.pending
cut_short
systemctl reload usbzoned.service
check "so does the unit's reload" wait_for 10 test ! -e /etc/usbzone/.pending
cut_short
systemctl kill -s KILL usbzoned.service
check "so does the start after a crash" wait_for 20 test ! -e /etc/usbzone/.pending
check "it is back" wait_for 20 sh -c '[ "$(usbzonectl status --json | jq -r .policy_status)" = ok ]'
is "and what was pending is in its place" "$(head -c 15 /etc/usbzone/policy)" "usbzone-policy "
