#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine of its own: what was synced survives a power cut, a USB root disk boots, commands on a
# busy machine come back.
# vm: own
# timeout: 900
. "$(dirname "$0")/../host.sh"

up --usb-root
is "the root filesystem is on a USB disk" "$(guest findmnt -no SOURCE /)" /dev/sda
guest 'echo kept >/root/synced; sync; echo lost >/root/unsynced'
boot=$(guest cat /proc/sys/kernel/random/boot_id)
check "the power can be cut" vm kill
up --keep --usb-root
unlike "it boots again" "$(guest cat /proc/sys/kernel/random/boot_id)" "$boot"
is "what was synced is there" "$(guest cat /root/synced)" kept
check_not "what was not synced is gone" guest test -s /root/unsynced
guest_lib <<'EOF'
check "checks in the guest count too" test -d /mnt/stage/vm
EOF

# The guest tells "the host left" and "a host came" late when the work queue that tells it gets no
# time. Commands close after one another must not lose their answer by it.
guest 'for i in /proc/irq/*/smp_affinity; do echo 1 >$i; done 2>/dev/null
for p in $(pgrep uzvm-agent); do taskset -pc 1 $p; done >/dev/null
setsid taskset -c 0 chrt -f 50 bash -c "
while :; do for ((i = 0; i < 30000; i++)); do :; done; sleep 0.01; done" >/dev/null 2>&1 </dev/null &'
lost=0
for _ in {1..40}; do
        vm run --timeout 10 true 2>/dev/null || lost=$((lost + 1))
done
is "each of 40 commands on a busy guest ends" "$lost" 0
