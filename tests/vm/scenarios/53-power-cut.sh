#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The power is cut during a storm of violations: what the daemon has said is recorded is there after
# the next boot, byte for byte, and nothing looks like tampering.
# vm: own
# timeout: 900
. "$(dirname "$0")/../host.sh"

up
acknowledged=$VM_DIR/vm-$VM_NAME/scratch/acknowledged
guest_install
guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
product_up internal
check "enforcing" usbzonectl mode enforce --reason test
drive_image /root/plain.img 16M vfat
echo kept >/root/synced
sync
echo lost >/root/unsynced
EOF

# Each line is the head after a verdict the bus has shown: "sequence hash".
storm() {
        guest_lib <<'EOF'
. /mnt/stage/vm/product.sh
# Each drive is another one: the same one again would only be counted.
for ((n = 0;; n++)); do
        gadget g --file /root/plain.img --serial "STORM$n"
        plug g 0
        [ "$(verdict "$(gadget_dev g)")" = "block no-label" ] || break
        busctl --json=short call org.usbzone1 /org/usbzone1 org.usbzone1.Ledger Head |
                jq -r '.data | "\(.[0]) \(.[1])"'
        gadget_remove g
done
EOF
}

lines() { [ "$(grep -cE '^[0-9]+ [0-9a-f]{64}$' "$acknowledged")" -ge "$1" ]; }

for round in 1 2; do
        storm >"$acknowledged" 2>/dev/null &
        # Not at the same place each time.
        check "round $round: violations come" wait_for 120 lines $((2 + round * 2))
        check "round $round: the power is cut" vm kill
        wait
        up --keep
        if [ $round = 1 ]; then
                is "what was synced is there" "$(guest cat /root/synced)" kept
                check_not "what was not synced is gone: the cut was one" guest test -s /root/unsynced
        fi
        guest_lib <<EOF
. /mnt/stage/vm/product.sh
check "round $round: the daemon runs" wait_for 60 busctl --quiet introspect org.usbzone1 /org/usbzone1
check "round $round: the evidence is whole" usbzonectl verify
is "round $round: nothing looks like tampering" "\$(ledger | grep -c '"kind":"tamper"')" 0
seen=\$(journalctl -q -o cat --output-fields=MESSAGE USBZONE_KIND=head | wc -l)
check "round $round: the journal holds heads" [ "\$seen" -ge 4 ]
check "round $round: which the ledger agrees with" usbzonectl inspect /var/lib/usbzone/ledger /var/log/journal
lost=0 n=0
while read -r seq hash; do
        [[ \$hash =~ ^[0-9a-f]{64}\$ ]] || continue
        n=\$((n + 1))
        line=\$(cat /var/lib/usbzone/ledger/*.jsonl | grep -F "{\"seq\":\$seq,")
        [ "\$(printf '%s\n' "\$line" | sha256sum | cut -d' ' -f1)" = "\$hash" ] || lost=\$((lost + 1))
done </mnt/host/acknowledged
check "round $round: records were acknowledged" [ "\$n" -ge 4 ]
is "round $round: none of \$n is missing" "\$lost" 0
is "round $round: the start tells that there was no stop" \
        "\$(ledger | jq -r 'select(.kind == "start").after' | tail -n 1)" crash
EOF
done

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
