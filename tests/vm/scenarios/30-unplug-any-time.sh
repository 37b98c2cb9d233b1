#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A drive may be pulled at any moment: the daemon stays, and the next drive gets its verdict.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
enrolled "$T/own.img"
drive_image "$T/plain.img" 16M vfat
pid=$(systemctl show -P MainPID usbzoned.service)
gadget a --file "$T/own.img"
gadget b --file "$T/plain.img" --serial PLAIN
# The delays walk through enumeration, rules, probe, decision, hand-over, disk and mount.
for ms in 0 50 100 150 200 250 300 400 500 600 700 800 1000 1300 1700 2200; do
        for n in a b; do
                plug $n
                end=$(($(now_ms) + ms))
                while [ "$(now_ms)" -lt $end ]; do :; done
                unplug $n
        done
done
ok "32 plugs pulled early"
check "nothing of them is left on the bus" wait_for 30 sh -c \
        "[ \$(busctl --json=short call org.usbzone1 /org/usbzone1 org.freedesktop.DBus.ObjectManager GetManagedObjects | jq '[.data[0] | keys[] | select(test(\"drive/\"))] | length') = 0 ]"
is "the same daemon is running" "$(systemctl show -P MainPID usbzoned.service)" "$pid"
is "descriptors are not leaked" "$(find /proc/"$pid"/fd -lname '/dev/bus/usb/*' | wc -l)" 0
few_probes() { [ "$(pgrep -c usbzone-probe)" -le 1 ]; } # one waits ready
check "no probe child is left" wait_for 10 few_probes
trace_start
plug a
allowed "the own drive" "$(gadget_dev a)"
plug b
blocked "the foreign drive" "$(gadget_dev b)" no-label
check "the ledger verifies" usbzonectl verify
