#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A port at which devices come and go without end is not read any more, until it calms down.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img"
gadget g --file "$T/own.img"
plug g
dev=$(gadget_dev g)
wait_dev "$dev"
is "the first time: allowed" "$(verdict "$dev")" "allow ok"
# Replugging is too slow here for more than twenty in ten seconds: events alone count as well.
started=$(now_ms)
for _ in $(seq 25); do
        echo bind >"$dev/uevent"
done
unplug g
trace_fresh
plug g
blocked "a flood" "$dev" rate-limited
calm() { [ "$(now_ms)" -gt $((started + 11000)) ]; }
wait_for 20 calm
unplug g
plug g
wait_dev "$dev"
is "calm again: allowed" "$(verdict "$dev")" "allow ok"
